"""Pages outside any room: signing in, choosing a room, choosing a language."""

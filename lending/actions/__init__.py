"""The only writers of lending's tables: one file per family of verbs."""

"""
The words of django-unfold's pages that ours are made of; it ships no translations.

Nobody imports this: it stands here so that `makemessages` finds them.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Apply Filters"),
    _("Clear all filters"),
    _("Clear selection"),
    _("Filters"),
    _("Hide counts"),
    _("Loading more results..."),
    _("More actions"),
    _("Next"),
    _("No results found"),
    _("No results matching your query"),
    _("Previous"),
    _("Record picture"),
    _("Remove from sorting"),
    _("Reset filters"),
    _("Select action"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Show all"),
    _("Show counts"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Toggle sorting"),
    _("Type to search"),
    _("Change my password"),
    _("Unknown"),
)

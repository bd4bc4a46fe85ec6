"""How the parts are put together: settings, addresses, database, tasks and how it all runs."""

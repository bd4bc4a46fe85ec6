"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from config.database import hold_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
hold_server()
application = get_wsgi_application()

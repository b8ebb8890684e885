"""The reference, served like the real application: same settings, same middleware, its own one address."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "loyalty.benchmark.urls"
application = get_wsgi_application()

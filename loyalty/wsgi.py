"""What granian serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")

application = get_wsgi_application()
if settings.ENV.https:
    # Events keep the sender's address: behind a proxy it is in a header, which only the proxy may be believed.
    application = wrap_wsgi_with_proxy_headers(application, settings.ENV.trusted_proxies)

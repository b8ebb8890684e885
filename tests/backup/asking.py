"""Run in the place of LOYALTY_DATA_DIR: what its application answers to a signed request, and to `/readyz`. Prints JSON.

Standard input: {"key": …, "secret": …, "receipt": …}, as the integration has kept them.
"""

import json
import sys

import django

django.setup()  # before anything that needs models

from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from loyalty.api.access.signing import Signer, sign  # noqa: E402

given = json.load(sys.stdin)
data = {"transaction_id": given["receipt"], "total": "10"}
body = json.dumps({"customer": "restored", "action": "checkout", "data": data}).encode()
signer = Signer(given["key"], given["secret"], "eu")
headers = sign(signer, "POST", "/events", host="testserver", body=body, at=timezone.now())
client = Client(headers={**headers, "Host": "testserver"})
answer = client.post("/events", body, content_type="application/json")
ready = Client().get("/readyz")
print(json.dumps({"status": answer.status_code, "ready": ready.json()}))

from os import environ

import resend
from resend.exceptions import ResendError

from trial import SANDBOX, Receiver, control, trial

# `api_url` is the library's own setting for the base URL.
resend.api_url = SANDBOX
resend.api_key = environ["RESEND_API_KEY"]
receiver = Receiver()


def an_email(**parts):
    return {"from": "Shop <shop@messaging.test>", "to": ["ada@inbox.test"], "subject": "Hello", "text": "Hello Ada", **parts}


def refused(work, status):
    try:
        work()
    except ResendError as error:
        assert int(error.code) == status, error.code
        return
    raise AssertionError("it was not refused")


@trial("sends an e-mail once under a key, finds it, lists it")
def _():
    options = {"idempotency_key": "sdk-python"}
    first = resend.Emails.send(an_email(tags=[{"name": "kind", "value": "greeting"}]), options)
    assert resend.Emails.send(an_email(tags=[{"name": "kind", "value": "greeting"}]), options)["id"] == first["id"]
    assert resend.Emails.get(first["id"])["subject"] == "Hello"
    assert any(one["id"] == first["id"] for one in resend.Emails.list({"limit": 10})["data"])
    refused(lambda: resend.Emails.send(an_email(subject="Other"), options), 409)


@trial("sends a batch")
def _():
    assert len(resend.Batch.send([an_email(), an_email(to=["grace@inbox.test"])])["data"]) == 2


@trial("raises its own errors: a wrong recipient, an unverified domain, an unknown id")
def _():
    refused(lambda: resend.Emails.send(an_email(to=["nobody"])), 400)
    refused(lambda: resend.Emails.send(an_email(**{"from": "shop@other.test"})), 403)
    refused(lambda: resend.Emails.get("none"), 404)


@trial("makes, publishes and uses a template")
def _():
    template = resend.Templates.create({"name": "order", "subject": "Order {{{NUMBER}}}", "html": "<p>{{{NUMBER}}}</p>", "variables": [{"key": "NUMBER", "type": "number"}]})
    resend.Templates.publish(template["id"])
    resend.Emails.send({"from": "shop@messaging.test", "to": "ada@inbox.test", "template": {"id": template["id"], "variables": {"NUMBER": 7}}})
    assert control("GET", "messages?limit=1")["messages"][0]["subject"] == "Order 7"


@trial("lists domains and suppressions")
def _():
    assert resend.Domains.list()["data"][0]["status"] == "verified"
    assert resend.Suppressions.list()["object"] == "list"


@trial("registers a webhook and verifies what comes")
def _():
    webhook = resend.Webhooks.create({"endpoint": f"{receiver.url}/resend", "events": ["email.delivered"]})
    email = resend.Emails.send(an_email())
    post = receiver.wait(lambda one: email["id"] in one["body"])
    headers = {name.lower(): value for name, value in post["headers"].items()}
    signed = {"id": headers["svix-id"], "timestamp": headers["svix-timestamp"], "signature": headers["svix-signature"]}
    resend.Webhooks.verify({"payload": post["body"], "headers": signed, "webhook_secret": webhook["signing_secret"]})

import json
from os import environ

from python_http_client.exceptions import BadRequestsError, ForbiddenError, UnauthorizedError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.mail import Attachment, Category, CustomArg, Disposition, FileContent, FileName, FileType, Mail

from trial import SANDBOX, Receiver, control, trial

KEY = environ["SENDGRID_API_KEY"]
receiver = Receiver()


def client(key=KEY):
    # `host` is the library's own parameter for the base URL.
    return SendGridAPIClient(api_key=key, host=SANDBOX)


def a_mail(**parts):
    return Mail(**{"from_email": "shop@messaging.test", "to_emails": "ada@inbox.test", "subject": "Hello", "plain_text_content": "Hello Ada", **parts})


@trial("sends a mail and is given its id")
def _():
    mail = a_mail(html_content="<p>Hello Ada</p>")
    mail.add_category(Category("greeting"))
    mail.add_custom_arg(CustomArg("mi_message_id", "sdk-python"))
    mail.attachment = Attachment(FileContent("aGVsbG8="), FileName("a.txt"), FileType("text/plain"), Disposition("attachment"))
    answer = client().send(mail)
    assert answer.status_code == 202 and answer.headers["X-Message-Id"], answer.status_code
    assert control("GET", "messages?reference=sdk-python")["total"] == 1


@trial("raises its own errors: a wrong key, a wrong recipient, an unverified sender")
def _():
    for key, parts, kind in [("SG.wrong", {}, UnauthorizedError), (KEY, {"to_emails": "nobody@nowhere"}, BadRequestsError), (KEY, {"from_email": "shop@other.test"}, ForbiddenError)]:
        try:
            client(key).send(a_mail(**parts))
        except kind as error:
            assert error.to_dict["errors"][0]["message"]
            continue
        raise AssertionError(f"{kind.__name__} was not raised")


@trial("reads its scopes, its suppressions and its senders")
def _():
    assert "mail.send" in json.loads(client().client.scopes.get().body)["scopes"]
    assert isinstance(json.loads(client().client.suppression.bounces.get(query_params={"limit": 10}).body), list)
    assert json.loads(client().client.whitelabel.domains.get().body)[0]["valid"] is True


@trial("makes a dynamic template and sends with it")
def _():
    template = json.loads(client().client.templates.post(request_body={"name": "order", "generation": "dynamic"}).body)
    client().client.templates._(template["id"]).versions.post(request_body={"name": "first", "subject": "Order {{number}}", "html_content": "<p>{{name}}</p>"})
    mail = Mail(from_email="shop@messaging.test", to_emails="grace@inbox.test")
    mail.template_id = template["id"]
    mail.dynamic_template_data = {"number": 7, "name": "Grace"}
    client().send(mail)
    assert control("GET", "messages?limit=1")["messages"][0]["subject"] == "Order 7"


@trial("registers a webhook, has it signed, and verifies what comes")
def _():
    settings = client().client.user.webhooks.event.settings
    webhook = json.loads(settings.post(request_body={"enabled": True, "url": f"{receiver.url}/events", "delivered": True}).body)
    signed = json.loads(settings.signed._(webhook["id"]).patch(request_body={"enabled": True}).body)
    client().send(a_mail())
    post = receiver.wait(lambda one: '"delivered"' in one["body"])
    headers = {name.lower(): value for name, value in post["headers"].items()}
    verifier = EventWebhook()
    signature, timestamp = headers["x-twilio-email-event-webhook-signature"], headers["x-twilio-email-event-webhook-timestamp"]
    assert verifier.verify_signature(post["body"], signature, timestamp, verifier.convert_public_key_to_ecdsa(signed["public_key"]))

import json
from os import environ
from urllib.parse import parse_qsl

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from trial import SANDBOX, Receiver, trial

ACCOUNT, TOKEN = environ["TWILIO_ACCOUNT_SID"], environ["TWILIO_AUTH_TOKEN"]
receiver = Receiver()


class ToTheSandbox(TwilioHttpClient):
    """The library has no base URL; a custom HTTP client is its documented hook (twilio.com/docs/libraries/python/custom-http-clients-python)."""

    def request(self, method, url, *args, **kwargs):
        return super().request(method, SANDBOX + url[url.index(".com/") + 4 :], *args, **kwargs)


client = Client(ACCOUNT, TOKEN, http_client=ToTheSandbox())


def a_text(**parts):
    return {"to": "+12025550123", "from_": "+15005550006", "body": "Hello", **parts}


def refused(work, status, code):
    try:
        work()
    except TwilioRestException as error:
        assert (error.status, error.code) == (status, code), (error.status, error.code)
        return
    raise AssertionError("it was not refused")


@trial("sends a text, finds it, lists it")
def _():
    text = client.messages.create(**a_text())
    assert text.sid.startswith("SM") and text.status == "queued" and text.date_created is not None
    assert client.messages(text.sid).fetch().body == "Hello"
    assert text.sid in [one.sid for one in client.messages.list(to="+12025550123", limit=20)]


@trial("sends pictures")
def _():
    assert client.messages.create(**a_text(media_url=["https://media.example.org/a.png"])).sid.startswith("MM")


@trial("learns the codes of Twilio's magic numbers")
def _():
    for to, code in {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614}.items():
        refused(lambda to=to: client.messages.create(**a_text(to=to)), 400, code)
    for sender, code in {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}.items():
        refused(lambda sender=sender: client.messages.create(**a_text(from_=sender)), 400, code)
    refused(lambda: Client(ACCOUNT, "wrong", http_client=ToTheSandbox()).messages.create(**a_text()), 401, 20003)


@trial("makes a content template, reads the account and its numbers")
def _():
    made = ContentList.ContentCreateRequest({"friendly_name": "order", "language": "en", "types": ContentList.Types({"twilio/text": {"body": "Order {{1}}"}})})
    content = client.content.v1.contents.create(made)
    assert client.messages.create(to="+12025550123", from_="+15005550006", content_sid=content.sid, content_variables=json.dumps({"1": "7"})).body == "Order 7"
    assert client.api.v2010.accounts(ACCOUNT).fetch().status == "active"
    assert client.incoming_phone_numbers.list()[0].phone_number == "+15005550006"


@trial("verifies the callbacks that come")
def _():
    url = f"{receiver.url}/status?token=a%20b"
    text = client.messages.create(**a_text(status_callback=url))
    post = receiver.wait(lambda one: text.sid in one["body"] and "delivered" in one["body"])
    headers = {name.lower(): value for name, value in post["headers"].items()}
    form = dict(parse_qsl(post["body"], keep_blank_values=True))
    assert RequestValidator(TOKEN).validate(url, form, headers["x-twilio-signature"])

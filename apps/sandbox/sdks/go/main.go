// The official Go libraries of the three providers against the sandbox, unchanged except for the base URL.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/resend/resend-go/v2"
	"github.com/sendgrid/sendgrid-go"
	"github.com/sendgrid/sendgrid-go/helpers/mail"
	"github.com/twilio/twilio-go"
	twilioclient "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

var sandbox = os.Getenv("SANDBOX_URL")
var failed = false

func trial(sdk, title string, work func() error) {
	result := map[string]any{"sdk": sdk, "title": title, "ok": true}
	if err := work(); err != nil {
		failed = true
		result["ok"], result["why"] = false, err.Error()
	}
	line, _ := json.Marshal(result)
	fmt.Println(string(line))
}

// The library's own way of another host: a request made for it.
func sendgridClient(key string) *sendgrid.Client {
	request := sendgrid.GetRequest(key, "/v3/mail/send", sandbox)
	request.Method = "POST"
	return &sendgrid.Client{Request: request}
}

func sendgridTrials() {
	key := os.Getenv("SENDGRID_API_KEY")
	aMail := func(from string) *mail.SGMailV3 {
		return mail.NewSingleEmail(mail.NewEmail("Shop", from), "Hello", mail.NewEmail("Ada", "ada@inbox.test"), "Hello Ada", "<p>Hello Ada</p>")
	}
	trial("sendgrid", "sends a mail and is given its id", func() error {
		answer, err := sendgridClient(key).Send(aMail("shop@messaging.test"))
		if err != nil {
			return err
		}
		return expect(answer.StatusCode == 202 && len(answer.Headers["X-Message-Id"]) == 1, answer.StatusCode)
	})
	trial("sendgrid", "is told of a wrong key and of an unverified sender", func() error {
		wrong, err := sendgridClient("SG.wrong").Send(aMail("shop@messaging.test"))
		if err != nil {
			return err
		}
		unverified, err := sendgridClient(key).Send(aMail("shop@other.test"))
		if err != nil {
			return err
		}
		return expect(wrong.StatusCode == 401 && unverified.StatusCode == 403, wrong.StatusCode, unverified.StatusCode)
	})
	trial("sendgrid", "reads its scopes", func() error {
		request := sendgrid.GetRequest(key, "/v3/scopes", sandbox)
		request.Method = "GET"
		answer, err := sendgrid.API(request)
		if err != nil {
			return err
		}
		return expect(strings.Contains(answer.Body, "mail.send"), answer.Body)
	})
}

func resendTrials() {
	client := resend.NewClient(os.Getenv("RESEND_API_KEY"))
	client.BaseURL, _ = url.Parse(sandbox + "/")
	anEmail := func() *resend.SendEmailRequest {
		return &resend.SendEmailRequest{From: "Shop <shop@messaging.test>", To: []string{"ada@inbox.test"}, Subject: "Hello", Text: "Hello Ada"}
	}
	trial("resend", "sends an e-mail and finds it", func() error {
		sent, err := client.Emails.Send(anEmail())
		if err != nil {
			return err
		}
		found, err := client.Emails.Get(sent.Id)
		if err != nil {
			return err
		}
		return expect(found.Subject == "Hello", found.Subject)
	})
	trial("resend", "sends a batch", func() error {
		sent, err := client.Batch.Send([]*resend.SendEmailRequest{anEmail(), anEmail()})
		if err != nil {
			return err
		}
		return expect(len(sent.Data) == 2, len(sent.Data))
	})
	trial("resend", "is told of an unverified domain", func() error {
		email := anEmail()
		email.From = "shop@other.test"
		_, err := client.Emails.Send(email)
		return expect(err != nil && strings.Contains(err.Error(), "not verified"), err)
	})
	trial("resend", "lists domains", func() error {
		domains, err := client.Domains.List()
		if err != nil {
			return err
		}
		return expect(len(domains.Data) > 0 && domains.Data[0].Status == "verified", domains)
	})
}

// The library has no base URL; a client of one's own is its documented hook (twilio-go README, Using a Custom Client).
type toTheSandbox struct{ twilioclient.Client }

func (c *toTheSandbox) SendRequest(method, raw string, data url.Values, headers map[string]interface{}, body ...byte) (*http.Response, error) {
	at := strings.Index(raw, ".com/")
	return c.Client.SendRequest(method, sandbox+raw[at+4:], data, headers, body...)
}

func twilioTrials() {
	account, token := os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN")
	base := &toTheSandbox{twilioclient.Client{Credentials: twilioclient.NewCredentials(account, token)}}
	base.SetAccountSid(account)
	client := twilio.NewRestClientWithParams(twilio.ClientParams{Client: base})
	text := func(to string) (*api.ApiV2010Message, error) {
		params := &api.CreateMessageParams{}
		params.SetTo(to)
		params.SetFrom("+15005550006")
		params.SetBody("Hello")
		return client.Api.CreateMessage(params)
	}
	trial("twilio", "sends a text, finds it, lists it", func() error {
		sent, err := text("+12025550123")
		if err != nil {
			return err
		}
		found, err := client.Api.FetchMessage(*sent.Sid, &api.FetchMessageParams{})
		if err != nil {
			return err
		}
		params := &api.ListMessageParams{}
		params.SetTo("+12025550123")
		params.SetLimit(5)
		listed, err := client.Api.ListMessage(params)
		if err != nil {
			return err
		}
		return expect(*found.Body == "Hello" && *listed[0].Sid == *sent.Sid, *found.Body)
	})
	trial("twilio", "learns the codes of Twilio's magic numbers", func() error {
		for to, code := range map[string]int{"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614} {
			_, err := text(to)
			var told *twilioclient.TwilioRestError
			if !errors.As(err, &told) || told.Code != code || told.Status != 400 {
				return fmt.Errorf("%s: %v", to, err)
			}
		}
		return nil
	})
}

func expect(so bool, seen ...any) error {
	if so {
		return nil
	}
	return fmt.Errorf("not as expected: %v", seen)
}

func main() {
	sendgridTrials()
	resendTrials()
	twilioTrials()
	if failed {
		os.Exit(1)
	}
}

#!/usr/bin/env bash
# Plays docs/how-to/a-day-of-an-operator.md on the system of `npm start` (sandbox), and prints what each command says.
# Needs kcat and curl. Usage: from the root of a checkout, with the system running: docs/how-to/a-day-of-an-operator.sh
set -euo pipefail
export PATH="$PWD/node_modules/.bin:$PATH"
day="day-$(date +%s)"
sandbox=http://127.0.0.1:4010

run() { printf '\n$ %s\n' "$*"; "$@" || true; }
publish() { kcat -P -b 127.0.0.1:9092 -t "$1"; }
later() { date -u -d "+$1" +%Y-%m-%dT%H:%M:%SZ; }
emails() {
  for i in $(seq "$1" "$2"); do
    echo "{\"messageId\":\"$day-mail-$i\",\"to\":[{\"email\":\"ada+$i@inbox.test\"}],\"subject\":\"Order $i\",\"text\":\"It is on its way.\"}"
  done | publish messaging.email.requested
}

echo '## 09:00 SendGrid refuses the key'
curl -sS -X PUT "$sandbox/_sandbox/faults" -H 'content-type: application/json' -d '{"sendgrid":[{"status":401}]}' > /dev/null
emails 1 5
sleep 8
run messaging holds list
run messaging status

echo; echo '## 09:10 It takes longer: pause it'
run messaging pause provider sendgrid --reason 'their incident 4711' --for 2h
run messaging controls
emails 6 10

echo; echo '## 10:00 Twilio is away, and reminders run out of time'
curl -sS -X PUT "$sandbox/_sandbox/faults" -H 'content-type: application/json' -d '{"twilio":[{"refuse":true}]}' > /dev/null
expires=$(later '20 seconds')
for i in 1 2 3; do
  echo "{\"messageId\":\"$day-code-$i\",\"to\":\"+1202555010$i\",\"body\":\"Your appointment is at noon.\",\"expiresAt\":\"$expires\"}"
done | publish messaging.sms.requested
sleep 35
run messaging letters causes

echo; echo '## 11:00 Both are mended'
curl -sS -X DELETE "$sandbox/_sandbox/faults" > /dev/null
run messaging resume provider sendgrid --reason 'incident 4711 is over'
emails 11 12
until="$(later '2 hours')"
run messaging redrive --channel sms --cause unconfirmed --include-unconfirmed --expires-at "$until" --reason 'Twilio was away'
run messaging redrive --channel sms --cause unconfirmed --include-unconfirmed --expires-at "$until" --reason 'Twilio was away' --at-most 3 --id "$day-redrive" --wait
run messaging ops show "$day-redrive"
sleep 5
run messaging letters causes

echo; echo '## 12:00 What was done, and does anything stand still?'
run messaging audit verify
run messaging status

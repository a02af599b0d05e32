/** Posts a callback by hand: a provider's event about the shown message, with any fields. */
import { ask, element, keyOf, simulators } from './page.js';

const usualCallback = Object.fromEntries(simulators.map(({ name, usual }) => [name, usual]));
const callbackName = Object.fromEntries(simulators.map(({ name, callback }) => [name, callback]));
// The form keeps its content when new events arrive and the page is redrawn.
const drafts = new Map();

const answered = (webhook) =>
  webhook === 'none'
    ? 'There is no address to post it to.'
    : webhook.failure
      ? 'Not taken: ' + (webhook.failure === 'connect' ? 'nobody could be reached.' : 'no answer came.')
      : 'Answered with ' + webhook.status + '.';

export function callbackForm(message) {
  const key = keyOf(message);
  const draft = drafts.get(key) || { text: JSON.stringify(usualCallback[message.provider], null, 2), answer: '' };
  drafts.set(key, draft);
  const box = element('div', 'callback');
  const hint = element(
    'p',
    'muted',
    'Fields over the usual ones, or beside them, as JSON. It is signed, posted once, and changes nothing here.',
  );
  const text = element('textarea', 'mono');
  text.rows = Math.min(12, draft.text.split('\n').length + 1);
  text.spellcheck = false;
  text.setAttribute('aria-label', 'Fields as JSON');
  text.value = draft.text;
  text.addEventListener('input', () => {
    draft.text = text.value;
  });
  const button = element('button', 'strong', 'Post the ' + callbackName[message.provider]);
  button.type = 'button';
  const answer = element('span', 'muted', draft.answer);
  answer.setAttribute('role', 'status');
  const tell = (words) => {
    draft.answer = words;
    answer.textContent = words;
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      tell(
        answered(
          (
            await ask('/_sandbox/callback', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ id: key, fields: JSON.parse(draft.text) }),
            })
          ).webhook,
        ),
      );
    } catch (error) {
      tell(error.message);
    }
    button.disabled = false;
  });
  const acts = element('div', 'acts');
  acts.append(button, answer);
  box.append(hint, text, acts);
  return box;
}

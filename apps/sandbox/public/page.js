/** Functions that all parts of the page use. */
export const $ = (id) => document.getElementById(id);

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

export const keyOf = (message) => message.recipientMessageId || message.providerMessageId;

/**
 * A request to the control API.
 * @throws Error with the API's text
 */
export async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(body.errors.map((error) => error.field + ': ' + error.message).join('; '));
  return body;
}

/** Runs the action of a button, shows an error, and redraws the page. */
export async function attempt(work) {
  $('problem').hidden = true;
  try {
    await work();
  } catch (error) {
    $('problem').textContent = error.message;
    $('problem').hidden = false;
  }
  document.dispatchEvent(new Event('refresh'));
}

/** The simulated providers, and the fields of a fault that only one of them has. */
export const { simulators, ownFields } = await ask('/_sandbox/simulators');

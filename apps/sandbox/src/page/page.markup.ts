/** The page's skeleton: what it shows is filled in by its script, as text and never as markup. */
export const markup = `
<header class="top">
  <div class="brand">
    <span class="mark" aria-hidden="true"></span>
    <div><h1>Sandbox</h1><p>Accepted as SendGrid, Resend and Twilio would. Nothing leaves this machine.</p></div>
  </div>
  <div class="live"><span id="pulse" class="dot"></span><span id="live" role="status">Connecting…</span></div>
</header>
<main>
  <section class="faults" aria-labelledby="faults-title">
    <h2 id="faults-title">Faults</h2>
    <div class="fault"><label for="fault-sendgrid">SendGrid</label><select id="fault-sendgrid"></select><span class="hits" id="hits-sendgrid"></span></div>
    <div class="fault"><label for="fault-resend">Resend</label><select id="fault-resend"></select><span class="hits" id="hits-resend"></span></div>
    <div class="fault"><label for="fault-twilio">Twilio</label><select id="fault-twilio"></select><span class="hits" id="hits-twilio"></span></div>
    <div class="fault"><label for="times">Lasts</label><select id="times">
      <option value="">until switched off</option><option value="1">for 1 request</option><option value="10">for 10 requests</option><option value="100">for 100 requests</option>
    </select></div>
    <p class="problem" id="problem" role="alert" hidden></p>
  </section>
  <section class="bar" aria-label="Filter">
    <div class="tabs" role="group" aria-label="Provider">
      <button type="button" data-provider="" aria-pressed="true">All</button>
      <button type="button" data-provider="sendgrid" aria-pressed="false">SendGrid</button>
      <button type="button" data-provider="resend" aria-pressed="false">Resend</button>
      <button type="button" data-provider="twilio" aria-pressed="false">Twilio</button>
    </div>
    <input id="search" type="search" placeholder="Recipient, subject or id" aria-label="Search" autocomplete="off" spellcheck="false">
    <span id="count" class="muted"></span>
    <button type="button" id="clear" class="quiet">Clear inbox</button>
  </section>
  <div class="panes">
    <ol id="list" class="list" aria-label="Messages"></ol>
    <article id="detail" class="detail" aria-label="Message" hidden></article>
    <div id="empty" class="empty" hidden>
      <h2 id="empty-title">Nothing was sent yet</h2>
      <p id="empty-text">Messages appear here as soon as a service sends one to this address.</p>
    </div>
  </div>
</main>
`;

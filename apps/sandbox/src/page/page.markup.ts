/** The page's skeleton: what it shows is filled in by its script, as text and never as markup. */
export const markup = `
<header class="top">
  <div class="brand">
    <span class="mark" aria-hidden="true"></span>
    <div><h1>Sandbox</h1><p>Accepted as the providers would. Nothing leaves this machine.</p></div>
  </div>
  <div class="live"><span id="pulse" class="dot"></span><span id="live" role="status">Connecting…</span></div>
</header>
<main>
  <section class="faults" aria-labelledby="faults-title">
    <h2 id="faults-title">Faults</h2>
    <span id="calm" class="muted">None: all providers work</span>
    <ul id="faults" class="chips" aria-label="Faults that are on" hidden></ul>
    <button type="button" id="fault-open" class="quiet plain" aria-expanded="false" aria-controls="fault-form">Add a fault</button>
    <form id="fault-form" class="card form" hidden>
      <label>Provider <select id="fault-provider"></select></label>
      <label>What goes wrong <select id="fault-what"></select></label>
      <label>Requests <select id="fault-on"><option value="">that send</option><option value="all">of every kind</option></select></label>
      <label>Only to <input id="fault-to" placeholder="anyone, or *@slow.test" autocomplete="off" spellcheck="false"></label>
      <label>Only path <input id="fault-path" placeholder="any, or /v3/templates*" autocomplete="off" spellcheck="false"></label>
      <label>Share <select id="fault-rate"><option value="1">all of them</option><option value="0.5">half of them</option><option value="0.1">one in ten</option></select></label>
      <label>Lasts <select id="fault-times"><option value="">until switched off</option><option value="1">for 1 request</option><option value="10">for 10 requests</option><option value="100">for 100 requests</option></select></label>
      <div class="acts"><button type="submit" class="strong">Switch on</button><button type="button" id="fault-cancel" class="quiet plain">Cancel</button></div>
    </form>
    <p class="problem" id="problem" role="alert" hidden></p>
  </section>
  <section class="bar" aria-label="Filter">
    <div class="tabs" id="tabs" role="group" aria-label="Provider">
      <button type="button" data-provider="" aria-pressed="true">All</button>
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

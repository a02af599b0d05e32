export const styles = `
:root { color-scheme: light dark;
  --ground: light-dark(#f5f6f8, #0f1216); --card: light-dark(#ffffff, #171b21); --line: light-dark(#e2e5ea, #2a3038);
  --ink: light-dark(#171a1f, #e8eaee); --soft: light-dark(#5e6672, #98a1ae); --accent: light-dark(#2450d3, #86a5ff);
  --tint: light-dark(#eef2fe, #1d2740); --good: light-dark(#10703c, #5ed39a); --good-tint: light-dark(#e3f5ea, #12301f);
  --bad: light-dark(#b3261e, #ff8d84); --bad-tint: light-dark(#fdeceb, #3a1917); --wait: light-dark(#8a5a00, #f0bd5b); --wait-tint: light-dark(#fdf3dc, #352810); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { margin: 0; height: 100%; }
body { background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; display: flex; flex-direction: column; }
h1, h2, h3, p { margin: 0; }
.muted { color: var(--soft); }
.mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12.5px; }
button, select, input { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.top { display: flex; justify-content: space-between; align-items: center; gap: 16px; padding: 14px 24px; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { display: flex; gap: 12px; align-items: center; }
.brand h1 { font-size: 16px; letter-spacing: -0.01em; line-height: 1.3; }
.brand p { color: var(--soft); font-size: 13px; }
.mark { flex: none; width: 34px; height: 34px; border-radius: 9px; background: var(--accent); position: relative; }
.mark::before, .mark::after { content: ""; position: absolute; left: 9px; height: 3px; border-radius: 2px; background: light-dark(#fff, #0f1216); }
.mark::before { top: 12px; width: 16px; } .mark::after { top: 19px; width: 10px; }
.live { display: flex; align-items: center; gap: 8px; color: var(--soft); font-size: 13px; white-space: nowrap; }
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--soft); }
.dot.on { background: var(--good); } .dot.off { background: var(--bad); }
main { flex: 1; min-height: 0; display: flex; flex-direction: column; gap: 14px; width: 100%; max-width: 1480px; margin: 0 auto; padding: 16px 24px 24px; }
.faults, .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 20px; }
.faults h2 { font-size: 14px; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; padding: 0; list-style: none; min-width: 0; }
.chip { display: flex; align-items: center; gap: 8px; padding: 4px 4px 4px 12px; border-radius: 10px; background: var(--wait-tint); color: var(--wait); font-size: 13px; overflow-wrap: anywhere; }
.end { flex: none; width: 24px; height: 24px; border: 0; border-radius: 7px; background: none; cursor: pointer; font-size: 16px; line-height: 1; } .end:hover { background: var(--wait); color: var(--wait-tint); }
.form { width: 100%; display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 12px 16px; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.form label { display: flex; flex-direction: column; gap: 4px; color: var(--soft); font-size: 13px; } .form select, .form input { width: 100%; min-width: 0; color: var(--ink); font-size: 14px; }
.acts { display: flex; gap: 10px; align-items: flex-end; }
.strong { height: 34px; padding: 0 15px; border: 0; border-radius: 8px; background: var(--accent); color: light-dark(#fff, #0f1216); font-weight: 600; cursor: pointer; }
select, input { height: 34px; padding: 0 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.problem { color: var(--bad); width: 100%; }
.tabs { display: flex; padding: 3px; border: 1px solid var(--line); border-radius: 9px; background: var(--card); }
.tabs button { border: 0; background: none; padding: 3px 13px; border-radius: 6px; cursor: pointer; color: var(--soft); }
.tabs button[aria-pressed=true] { background: var(--tint); color: var(--accent); font-weight: 600; }
input[type=search] { flex: 1 1 220px; max-width: 380px; }
#count { flex: 1; white-space: nowrap; }
.quiet { height: 34px; padding: 0 13px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); cursor: pointer; }
.quiet.plain:hover { border-color: var(--accent); color: var(--accent); } .quiet:not(.plain):hover { border-color: var(--bad); color: var(--bad); }
.panes { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(320px, 5fr) 7fr; gap: 14px; }
.panes.alone { grid-template-columns: 1fr; }
.list { margin: 0; padding: 0; list-style: none; overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.row { display: grid; grid-template-columns: 30px 1fr auto; gap: 2px 12px; width: 100%; padding: 11px 16px; text-align: left; border: 0; border-bottom: 1px solid var(--line); background: none; cursor: pointer; }
.row:hover { background: light-dark(#fafbfc, #1b2028); } .row[aria-current=true] { background: var(--tint); box-shadow: inset 3px 0 var(--accent); }
.row:focus-visible { outline-offset: -2px; }
.glyph { grid-row: span 2; align-self: center; width: 30px; height: 30px; border-radius: 8px; display: grid; place-items: center; background: var(--tint); color: var(--accent); }
.glyph svg { width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.clip { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.to { font-weight: 600; } .line { color: var(--soft); } .when { color: var(--soft); font-size: 12.5px; text-align: right; font-variant-numeric: tabular-nums; }
.pill { display: inline-block; justify-self: end; padding: 0 8px; border-radius: 99px; font-size: 12px; line-height: 20px; font-weight: 600; background: var(--tint); color: var(--accent); white-space: nowrap; }
.pill.good { background: var(--good-tint); color: var(--good); } .pill.bad { background: var(--bad-tint); color: var(--bad); } .pill.wait { background: var(--wait-tint); color: var(--wait); }
.pill.none { background: none; border: 1px solid var(--line); color: var(--soft); line-height: 18px; }
.detail { display: flex; flex-direction: column; gap: 18px; overflow: auto; padding: 20px 24px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.detail header { display: flex; gap: 12px; align-items: flex-start; justify-content: space-between; }
.detail h2 { font-size: 18px; line-height: 1.35; overflow-wrap: anywhere; } .detail h3 { font-size: 13px; color: var(--soft); font-weight: 600; margin-bottom: 8px; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 5px 18px; margin: 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.events { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.events li { display: grid; grid-template-columns: 1fr auto auto; gap: 16px; padding: 8px 14px; align-items: center; }
.events li + li { border-top: 1px solid var(--line); }
.callback { display: flex; flex-direction: column; gap: 10px; } .callback .acts { align-items: center; }
textarea { width: 100%; padding: 10px 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); color: inherit; resize: vertical; }
.content { width: 100%; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
iframe { display: block; width: 100%; height: 380px; border: 0; background: #fff; color-scheme: light; }
pre { margin: 0; padding: 14px 16px; white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; }
.empty { place-self: center; grid-column: 1 / -1; text-align: center; color: var(--soft); max-width: 420px; padding: 40px 0; } .empty h2 { color: var(--ink); font-size: 16px; margin-bottom: 6px; }
.close { display: none; }
@media (max-width: 860px) {
  .top, main { padding-left: 14px; padding-right: 14px; } .brand p { display: none; }
  .faults { gap: 8px; } .faults h2 { width: 100%; }
  .panes { grid-template-columns: 1fr; } .detail { position: fixed; inset: 0; z-index: 2; border: 0; border-radius: 0; padding: 16px; }
  .close { display: inline-block; align-self: flex-start; } #count { order: 3; }
}
`;

/// Colours are those of Okabe and Ito, which the colour-blind tell apart; curves differ in their dashes too.
enum PageStyle {
    static let sheet = """

        :root {
          color-scheme: light dark;
          --page: #fafafa; --card: #ffffff; --text: #1b1e24; --muted: #5b6270; --line: #e1e4ea; --axis: #8a919e;
          --cascade: #0072b2; --baseline: #d55e00; --ahc: #009e73; --curl: #6b7280;
          --good: #0a7f4f; --fair: #8a6100; --bad: #b3261e;
          --good-soft: #d9f2e5; --fair-soft: #fbeecb; --bad-soft: #fbdedb;
          --track: #eceef2; --zone-floor: #d5e3f0; --zone-aim: #a9cbe6;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14161a; --card: #1c1f25; --text: #e8eaee; --muted: #a3aab8; --line: #2c313a; --axis: #6d7482;
            --cascade: #56b4e9; --baseline: #f08c3c; --ahc: #2fc79d; --curl: #a9b0bd;
            --good: #5fd39d; --fair: #e5b94e; --bad: #ff8a80;
            --good-soft: #16382a; --fair-soft: #3a3014; --bad-soft: #45201d;
            --track: #262a32; --zone-floor: #24384a; --zone-aim: #2f5878;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
          font-variant-numeric: tabular-nums;
        }
        header, main { max-width: 1160px; margin: 0 auto; padding: 0 16px; }
        header { padding-top: 32px; }
        h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.02em; }
        h2 { font-size: 1.35rem; margin: 48px 0 4px; letter-spacing: -0.01em; }
        h3 { font-size: 0.95rem; margin: 0 0 8px; }
        p { max-width: 75ch; margin: 8px 0; }
        .lead { font-size: 1.1rem; }
        .muted, small { color: var(--muted); }
        .muted { font-size: 0.9rem; }
        .notice {
          background: var(--fair-soft); color: var(--fair); border-radius: 8px; padding: 8px 12px; width: fit-content;
        }
        .tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin: 24px 0 0; }
        .tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
        .tile strong { display: block; font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.02em; }
        .tile span { color: var(--muted); font-size: 0.85rem; line-height: 1.35; display: block; }
        .t-aim strong { color: var(--good); } .t-missed strong { color: var(--bad); }
        .t-plain strong { color: var(--cascade); }
        .cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); margin: 16px 0; }
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px; margin: 0; min-width: 0;
        }
        .card svg { display: block; width: 100%; height: auto; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 12px 0; padding: 0; font-size: 0.9rem; }
        .legend svg { width: 26px; height: 12px; margin-right: 8px; }
        table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
        .targets { background: var(--card); border: 1px solid var(--line); border-radius: 12px; border-spacing: 0; border-collapse: separate; margin: 16px 0; table-layout: fixed; }
        caption { text-align: left; font-weight: 600; padding: 8px 0; }
        th { text-align: left; font-weight: 400; }
        thead th { color: var(--muted); font-size: 0.8rem; }
        .targets th, .targets td { padding: 7px 12px; border-top: 1px solid var(--line); }
        .targets thead th { border-top: 0; }
        .targets th:nth-child(1) { width: 32%; } .targets th:nth-child(2) { width: 18%; }
        .targets th:nth-child(3) { width: 22%; } .targets th:nth-child(6) { width: 9%; }
        .bullet { display: block; width: 100%; max-width: 170px; height: 20px; }
        .badge { border-radius: 999px; padding: 2px 10px; font-size: 0.8rem; font-weight: 600; }
        .b-aim { background: var(--good-soft); color: var(--good); }
        .b-floor { background: var(--fair-soft); color: var(--fair); }
        .b-missed { background: var(--bad-soft); color: var(--bad); }
        details { background: var(--card); border: 1px solid var(--line); border-radius: 12px; margin: 8px 0; padding: 10px 16px; }
        summary { cursor: pointer; } summary strong { margin-right: 6px; }
        .scroll { overflow-x: auto; margin-top: 8px; }
        .figures { white-space: nowrap; font-size: 0.85rem; }
        .figures td, .figures thead th { text-align: right; padding: 6px 8px; vertical-align: top; }
        .figures thead th { white-space: normal; min-width: 90px; vertical-align: bottom; }
        .figures tbody th { padding: 6px 12px 6px 0; font-weight: 600; vertical-align: top; }
        .figures tbody tr > * { border-top: 1px solid var(--line); }
        .figures small { display: block; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; font-size: 0.9rem; }
        dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
        main { padding-bottom: 64px; }
        svg text { fill: var(--text); font-size: 11.5px; }
        svg .tick, svg .axis-title { fill: var(--muted); font-size: 11px; }
        svg .group { font-weight: 600; } svg .value { font-weight: 500; }
        .axis { stroke: var(--axis); } .grid { stroke: var(--line); }
        .whisker { stroke: var(--text); stroke-opacity: 0.55; }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .s-cascade { stroke: var(--cascade); stroke-width: 2.6; }
        .s-baseline { stroke: var(--baseline); stroke-dasharray: 8 4; }
        .s-ahc { stroke: var(--ahc); stroke-dasharray: 4 4; }
        .s-curl { stroke: var(--curl); stroke-dasharray: 0.5 4; }
        .secondary { stroke-width: 1.6; stroke-dasharray: 5 4; }
        .f-cascade { fill: var(--cascade); } .f-baseline { fill: var(--baseline); }
        .f-ahc { fill: var(--ahc); } .f-curl { fill: var(--curl); }
        .dot { stroke: var(--card); stroke-width: 1.2; }
        .track { fill: var(--track); } .zone-floor { fill: var(--zone-floor); } .zone-aim { fill: var(--zone-aim); }
        .range { stroke-width: 2.5; stroke-linecap: round; }
        line.o-aim { stroke: var(--good); } line.o-floor { stroke: var(--fair); } line.o-missed { stroke: var(--bad); }
        circle.o-aim { fill: var(--good); } circle.o-floor { fill: var(--fair); } circle.o-missed { fill: var(--bad); }
        @media (max-width: 760px) {
          .targets, .targets tbody, .targets caption { display: block; } .targets thead { display: none; }
          .targets caption { padding: 8px 14px; }
          .targets tr {
            display: flex; flex-wrap: wrap; gap: 2px 14px; padding: 10px 14px; border-top: 1px solid var(--line);
          }
          .targets th, .targets td { padding: 0; border: 0; width: auto !important; }
          .targets th { font-weight: 600; flex: 1 0 70%; } .targets .outcome { order: 1; }
          .targets td[data-label] { order: 2; } .targets .plot { order: 3; flex-basis: 100%; }
          .targets td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); font-weight: 400; }
        }
        @media print { body { background: none; } .card, details, .targets { break-inside: avoid; } }

        """
}

"""The page of the report: one file, no outside resource, prints on A4."""

TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} – napress report</title>
<style>
:root { --ink: #1d2430; --soft: #5b6675; --line: #d9dee5; --blue: #0072b2; --red: #b3470a; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink);
       max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; background: #fff; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem;
     border-bottom: 2px solid var(--blue); }
p.sub { color: var(--soft); margin: 0 0 1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: .7rem; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.card .label, .card .remark { color: var(--soft); font-size: .8rem; }
.card .value { font-size: 1.35rem; font-weight: 600; white-space: nowrap; }
.verdict { margin: 1rem 0; padding: .7rem 1rem; border-left: 5px solid var(--blue);
           background: #eef5fa; }
.verdict.bad { border-color: var(--red); background: #fdf1ea; }
.warn { border-left: 5px solid #e69f00; background: #fdf6e6; padding: .5rem 1rem;
        margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .84rem; margin: .5rem 0; }
th, td { text-align: left; padding: .28rem .5rem; border-bottom: 1px solid var(--line);
         vertical-align: top; }
th { font-weight: 600; border-bottom: 1.5px solid var(--soft); }
.numbers td, .numbers th { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
td { overflow-wrap: anywhere; }
td.name { white-space: nowrap; }
td.origin { color: var(--soft); }
.estimate { background: #fdeccb; color: #7a4d00; border-radius: 3px; padding: 0 .35rem;
            font-size: .78rem; white-space: nowrap; }
figure { margin: 1.2rem 0; break-inside: avoid; }
figure img { display: block; width: 100%; max-width: 46rem; height: auto; margin: 0 auto; }
figcaption { color: var(--soft); font-size: .85rem; text-align: center; margin-top: .3rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 2rem; }
@media print {
  body { margin: 0; max-width: none; font-size: 10.5pt; }
  h2 { break-after: avoid; } tr, .card { break-inside: avoid; }
  .card, .verdict, .warn, .estimate { print-color-adjust: exact;
    -webkit-print-color-adjust: exact; }
  @page { size: A4; margin: 15mm; }
}
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p class="sub">{{ subtitle }}</p>

<div class="cards">
{%- for label, value, remark in cards %}
<div class="card"><div class="label">{{ label }}</div><div class="value">{{ value }}</div>
<div class="remark">{{ remark }}</div></div>
{%- endfor %}
</div>
<div class="verdict{{ ' bad' if fracture.survives == false }}">{{ fracture.verdict }}</div>
{%- for text in warnings %}
<div class="warn">{{ text }}</div>
{%- endfor %}

<h2>At the load targets</h2>
<div class="wide"><table class="numbers">
<tr>{% for head in target_heads %}<th>{{ head }}</th>{% endfor %}</tr>
{%- for row in target_rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table></div>
<p class="sub">A point is in contact when its gap is at most {{ contact_gap_nm }} nm. Contact
pressure is averaged per facet. Stress is averaged per cell. Every accepted step is in
history.csv.</p>

{%- if resistance %}
<h2>Resistance</h2>
<div class="wide"><table class="numbers">
<tr>{% for head in resistance.heads %}<th>{{ head }}</th>{% endfor %}</tr>
{%- for row in resistance.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table></div>
<p class="sub">Area-specific, on the nominal area: interface = constriction + charge transfer +
film, the bulk subtracted. The bulk is the cell under perfect contact everywhere. Current
densities are averages of an interface facet.</p>
{%- if resistance.wave_rows %}
<div class="wide"><table class="numbers">
<tr>{% for head in resistance.wave_heads %}<th>{{ head }}</th>{% endfor %}</tr>
{%- for row in resistance.wave_rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table></div>
<p class="sub">With the waviness of the case in series: scales taken as separate, one sine wave.
Metal thinner than the wave is long lies between the two results.</p>
{%- endif %}
{%- for text in resistance.failures %}
<div class="warn">{{ text }}</div>
{%- endfor %}
{%- endif %}

<h2>Figures</h2>
{%- for image, caption in figures %}
<figure><img alt="{{ caption }}" src="data:image/png;base64,{{ image }}">
<figcaption>{{ caption }}</figcaption></figure>
{%- endfor %}
{%- if not figures %}
<p>No figures: {{ no_figures }}</p>
{%- endif %}

<h2>Fracture</h2>
{%- if verdict_rows %}
<table><tr><th>Criterion</th><th>Margin</th><th>Outcome</th><th>Worst at (MPa)</th>
<th>Place (µm)</th><th>Depth (µm)</th></tr>
{%- for row in verdict_rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table>
<p class="sub">The margin is strength over stress, above 1 survives; worst step of the run. Places
are in the reference configuration, depth is vertical below the contact surface.</p>
<table>
{%- for row in strength_rows %}
<tr><td class="name">{{ row.name }}</td><td class="name">{{ row.value }}
{% if row.estimate %}<span class="estimate">estimate</span>{% endif %}</td>
<td class="origin">{{ row.origin }}</td></tr>
{%- endfor %}
</table>
{%- else %}
<p>{{ fracture.verdict }}</p>
{%- endif %}
<p>{{ fracture.left_out }}</p>
{%- if pellet %}
<h2>Fracture of the pellet</h2>
<p>{{ pellet.text }}</p>
<table><tr>{% for head in pellet.heads %}<th>{{ head }}</th>{% endfor %}</tr>
{%- for row in pellet.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table>
<table>
{%- for name, value in pellet.flaw_rows %}
<tr><td>{{ name }}</td><td>{{ value }}</td></tr>
{%- endfor %}
</table>
<ul>
{%- for text in pellet.rests_on %}<li>{{ text }}</li>{% endfor %}
</ul>
{%- endif %}

<h2>What the model leaves out</h2>
<ul>
{%- for text in model_limits %}<li>{{ text }}</li>{% endfor %}
</ul>

<h2>Materials</h2>
{%- if material_rows %}
<table><tr><th>Body</th><th>Property</th><th>Value</th><th>Source</th></tr>
{%- for row in material_rows %}
<tr><td>{{ row.body }}</td><td class="name">{{ row.name }}</td><td class="name">{{ row.value }}
{% if row.estimate %}<span class="estimate">estimate</span>{% endif %}</td>
<td class="origin">{{ row.origin }}</td></tr>
{%- endfor %}
</table>
{%- else %}<p>Not recorded.</p>{% endif %}

<div class="two">
<div>
<h2>Solver</h2>
<table>
{%- for name, value in solver_rows %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>{% endfor %}
</table>
</div>
<div>
<h2>Surface</h2>
{%- if surface_rows %}
<table><tr><th>Statistic</th><th>Asked for</th><th>Measured</th></tr>
{%- for row in surface_rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{%- endfor %}
</table>
{%- else %}<p>Not recorded.</p>{% endif %}
<h2>Mesh</h2>
{%- if mesh_rows %}
<table>
{%- for name, value in mesh_rows %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>{% endfor %}
</table>
{%- else %}<p>Not recorded.</p>{% endif %}
</div>
</div>

<div class="two">
<div>
<h2>Case</h2>
<table>
{%- for name, value in case_rows %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>{% endfor %}
</table>
</div>
<div>
<h2>Provenance</h2>
<table>
{%- for name, value in manifest_rows %}<tr><td>{{ name }}</td><td>{{ value }}</td></tr>
{%- endfor %}
</table>
</div>
</div>
</body>
</html>
"""

"""Opens page and e-mail in Chromium at the widths of phones, tablets and desks: nothing may stick out sideways.

Usage: check_pages.py RENDER
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

RENDER = sys.argv.pop(1)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (360, 600, 1280)
MEASURE = """<!doctype html><meta charset="utf-8"><body><pre id="out"></pre><script>
const jobs = %s, out = [];
let left = jobs.length;
for (const [file, width] of jobs) {
  const f = document.createElement('iframe');
  f.width = width; f.height = 900; f.style.border = 0;
  f.onload = () => {
    const d = f.contentDocument, root = d.documentElement;
    const over = [...d.querySelectorAll('body *')].filter(x => {
      const r = x.getBoundingClientRect();
      return r.width > 1 && r.height > 1 && (r.right > width + 1 || r.left < -1);
    }).map(x => x.tagName + ' ' + x.textContent.slice(0, 40));
    const clipped = [...d.querySelectorAll('td,th,p,li,h1,h2')].filter(x => x.scrollWidth > x.clientWidth + 1 &&
      getComputedStyle(x).overflow !== 'visible').map(x => x.textContent.slice(0, 40));
    out.push({file, width, scroll: root.scrollWidth, rows: d.querySelectorAll('tr').length, over, clipped});
    if (--left === 0) document.getElementById('out').textContent = JSON.stringify(out);
  };
  f.src = file;
  document.body.append(f);
}
</script>"""


@unittest.skipUnless(CHROMIUM, "Chromium is not installed")
class Pages(unittest.TestCase):
    def measure(self, directory, files):
        jobs = [[f, w] for f in files for w in WIDTHS]
        with open(os.path.join(directory, "measure.html"), "w", encoding="utf-8") as f:
            f.write(MEASURE % json.dumps(jobs))
        with tempfile.TemporaryDirectory() as profile:
            dom = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--allow-file-access-from-files", "--virtual-time-budget=10000", "--user-data-dir=" + profile,
                 "--dump-dom", "file://" + os.path.join(directory, "measure.html")],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=True).stdout.decode()
        text = re.search(r'<pre id="out">(.*?)</pre>', dom, re.S).group(1)
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        found = json.loads(text)
        self.assertEqual(len(found), len(jobs))
        return found

    def test_nothing_sticks_out(self):
        for scenario in ("demo", "empty", "hostile"):
            with tempfile.TemporaryDirectory() as d:
                subprocess.run([RENDER, d, scenario, "ca"], check=True)
                for page in self.measure(d, ["mail.html", "report.html"]):
                    with self.subTest(scenario=scenario, file=page["file"], width=page["width"]):
                        self.assertLessEqual(page["scroll"], page["width"])
                        self.assertEqual(page["over"], [])
                        self.assertEqual(page["clipped"], [])

    def test_the_measure_measures(self):
        """A page that does stick out is caught."""
        with tempfile.TemporaryDirectory() as d:
            with open(os.path.join(d, "wide.html"), "w") as f:
                f.write("<!doctype html><body><div style='width:900px'>x</div>")
            found = {p["width"]: p for p in self.measure(d, ["wide.html"])}
            self.assertGreater(found[360]["scroll"], 360)
            self.assertEqual(found[1280]["scroll"], 1280)


if __name__ == "__main__":
    unittest.main()

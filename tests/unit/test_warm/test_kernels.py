"""A warm kernel gives what an ordinary kernel gives, and knows nothing of the kernels before it."""

import re
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from nbformat import NotebookNode

from steget_eval.runs.provisioner import NAME, WarmProvisioner

Run = Callable[..., NotebookNode]
#: Everything that a kernel can show: text, results, frames, figures in two ways, warnings, logs, faults.
CELLS = (
    "import os, sys, warnings, logging\nprint('printed')\nprint('told', file=sys.stderr)",
    "1 + 1",
    "import pandas as pd\npd.DataFrame({'a': [1.5, 2], 'b': ['x', None]})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('inline')",
    "fig, ax = plt.subplots(figsize=(3, 2))\nax.bar(['å', 'ä'], [1, 2])\nplt.show()\nprint('after')",
    "fig",
    "%config InlineBackend.figure_formats = ['svg']\n%matplotlib inline\nplt.rcParams['svg.hashsalt'] = 'one'",
    "plt.hist([1, 1, 2]);",
    "from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))\nHTML('last')",
    "warnings.warn('careful')\nwarnings.warn('old', DeprecationWarning)",
    "import numpy as np\nnp.ones(2) / 0",
    "logging.warning('logged')\nlogging.getLogger('x').info('not shown')",
    "!echo from a shell",
    "%%capture kept\nprint('captured')",
    "kept.stdout",
    "hash('a'), os.environ['MPLBACKEND'], sys.argv[1], os.getcwd(), __name__, sorted(globals())[:9]",
    "plt.get_backend(), plt.isinteractive(), dict(plt.rcParams)['figure.dpi']",
    "import statsmodels.api as sm\nsm.OLS([1.0, 2, 4], sm.add_constant([0.0, 1, 2])).fit().params",
    "import ibis\nibis.memtable({'a': [1, 2]}).a.sum().execute()",
    "def deep(n):\n    return 1 / n if n == 0 else deep(n - 1)\ndeep(2)",
    "raise KeyboardInterrupt",
    "input('no')",
    "from steget_eval.core.errors import RunError\nraise RunError('refused')",
)


def told(notebook: NotebookNode) -> list[object]:
    """Return the outputs without what differs between any two processes: numbers of processes, addresses, times."""
    text = re.sub(r"ipykernel_\d+", "ipykernel", repr([cell.outputs for cell in notebook.cells]))
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    text = re.sub(r"<dc:date>.*?</dc:date>", "", text)
    return re.sub(r"/[^ ']*kernel[^ ']*\.json|tmp\w+\.json", "file", text).split("], [")


@pytest.mark.slow
def test_every_output_is_that_of_an_ordinary_kernel_figures_included(run_cells: Run) -> None:
    ordinary, warm = run_cells(*CELLS, warm=False), run_cells(*CELLS)
    for source, first, second in zip(CELLS, told(ordinary), told(warm), strict=True):
        assert second == first, source
    pictures = [output for cell in warm.cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 3


@pytest.mark.slow
def test_nothing_is_left_from_one_kernel_to_the_next(run_cells: Run) -> None:
    ask = (
        "import builtins, os, random, sys, numpy, pandas, tempfile, matplotlib, steget_eval\n"
        "print([hasattr(pandas, 'left'), hasattr(builtins, 'left'), hasattr(steget_eval, 'left'), "
        "'LEFT' in os.environ, 'left' in globals(), 'left' in sys.modules, os.getcwd(), sys.path[0], "
        "matplotlib.rcParams['lines.linewidth'], pandas.get_option('display.max_rows'), tempfile.gettempdir()])",
        "print(random.random(), numpy.random.rand(), os.urandom(4))",
    )
    leave = (
        "import builtins, os, random, sys, numpy, pandas, tempfile, types, matplotlib, steget_eval\n"
        "pandas.left = builtins.left = steget_eval.left = left = 1\nos.environ['LEFT'] = 'x'\n"
        "sys.modules['left'] = types.ModuleType('left')\nsys.path.insert(0, '/nowhere')\nos.chdir('/')\n"
        "matplotlib.rcParams['lines.linewidth'] = 9\npandas.set_option('display.max_rows', 7)\n"
        "random.seed(1); numpy.random.seed(1); tempfile.tempdir = '/nowhere'",
    )
    before = run_cells(*ask)
    run_cells(*leave)
    after, ordinary = run_cells(*ask), run_cells(*ask, warm=False)
    printed = [one.cells[0].outputs[0].text for one in (before, after, ordinary)]
    assert printed[0] == printed[1] == printed[2]
    assert "True" not in printed[0]
    assert before.cells[1].outputs != after.cells[1].outputs


@pytest.mark.slow
def test_each_kernel_has_its_own_folder_of_sockets_that_nobody_else_can_open(run_cells: Run) -> None:
    ask = (
        "import json, os\nfrom ipykernel.connect import get_connection_info\ninfo = json.loads(get_connection_info())\n"
        "print(info['transport'], os.path.isabs(info['ip']), len(info['ip']) < 80, "
        "oct(os.stat(os.path.dirname(info['ip'])).st_mode)[-3:])\nprint(os.path.dirname(info['ip']))"
    )
    first, second = (run_cells(ask).cells[0].outputs[0].text.splitlines() for _ in range(2))
    assert first[0] == second[0] == "ipc True True 700"
    assert first[1] != second[1]
    assert not Path(first[1]).exists()
    assert not Path(second[1]).exists()


@pytest.mark.slow
def test_variables_and_folder_are_those_asked_for(run_cells: Run, tmp_path: Path) -> None:
    got = run_cells(
        "import os, tempfile\nprint(os.environ['JPY_SESSION_NAME'], tempfile.gettempdir(), os.getcwd())",
        environment={"JPY_SESSION_NAME": "mine", "TMPDIR": str(tmp_path)},
        cwd=str(tmp_path),
    )
    assert got.cells[0].outputs[0].text == f"mine {tmp_path} {tmp_path}\n"


@pytest.mark.slow
def test_a_matplotlibrc_in_the_folder_counts_as_in_an_ordinary_kernel(run_cells: Run, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 7\n")
    ask = "import matplotlib.pyplot as plt\nprint(plt.rcParams['lines.linewidth'], plt.get_backend())"
    warm, ordinary = run_cells(ask, cwd=str(tmp_path)), run_cells(ask, warm=False, cwd=str(tmp_path))
    assert warm.cells[0].outputs == ordinary.cells[0].outputs
    assert warm.cells[0].outputs[0].text.startswith("7.0")


@pytest.mark.slow
def test_a_kernel_starts_with_one_thread_of_its_own_libraries(run_cells: Run) -> None:
    ask = "import os, sys\nprint(len(os.listdir('/proc/self/task')), 'duckdb' in sys.modules)"
    warm, ordinary = (int(run_cells(ask, warm=warm).cells[0].outputs[0].text.split()[0]) for warm in (True, False))
    assert warm <= ordinary


def test_the_provisioner_is_registered_for_every_jupyter_client() -> None:
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name=NAME)
    assert found.load() is WarmProvisioner

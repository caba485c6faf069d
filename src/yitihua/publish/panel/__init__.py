"""The live what-if panel: a board's weights on sliders, in a notebook or on a page of its own.

`payload` writes a board as data, `sets` finds weight sets by name, `parts/` is the script (its arithmetic apart
from its face), `module` joins the parts, `page` makes a file that opens by itself, `widget` a notebook's widget.
"""

from yitihua.publish.panel.module import panel_module, panel_script, panel_style
from yitihua.publish.panel.page import panel_page
from yitihua.publish.panel.payload import panel_data, panel_json

__all__ = ["panel_data", "panel_json", "panel_module", "panel_page", "panel_script", "panel_style"]

"""A static site of a ranking: pages that open from a folder, without a server and without the network."""

from yitihua.publish.site.build import site_files, site_of

__all__ = ["site_files", "site_of"]

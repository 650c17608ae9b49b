# SPDX-License-Identifier: GPL-2.0
# page.py PAGE [OTHER]: prints what is wrong with a page of report: tags that do not match,
# an id that is not there or twice, a reference to anything outside. With OTHER: both pages
# have the same tags and attributes. Else prints the text, a line for each piece.
import html.parser
import sys

VOID = {"meta"}


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text, self.ids, self.links = [], [], [], [], []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())
        self.close()
        assert not self.open, f"not closed: {self.open}"
        assert len(self.ids) == len(set(self.ids)), "an id is there twice"
        assert set(self.links) <= set(self.ids), f"no target: {set(self.links) - set(self.ids)}"

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "img", "link", "iframe", "object", "image", "use"), tag
        for name, value in attributes:
            assert not name.startswith("on"), name
            assert name != "src", name
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href"):
                assert value.startswith("#"), value
                self.links.append(value[1:])
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}>"
        self.tags.append(tag)

    def handle_data(self, data):
        if data.strip() and self.open[-1] != "style":
            self.text.append(data.strip())


page = Page(sys.argv[1])
if len(sys.argv) > 2:
    assert page.tags == Page(sys.argv[2]).tags, "the tags differ"
    print("ok")
else:
    print("\n".join(page.text))

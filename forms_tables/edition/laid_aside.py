"""How a revision is read that lacks what platform.toml names: it was published before the platform asked for it, and
never changes. What its text lacks is laid aside, as in an edition that never named it."""

import re
from collections.abc import Mapping
from typing import Any

from forms_tables.edition.digest import Content
from forms_tables.edition.from_toml import edition_from
from forms_tables.edition.lacking import Lacking, lacking_in

PLACE = re.compile(r"\[(\w+)(?:\.(\w+))?\](?: (\w+))?")
AS_A_WHOLE = ("reasons", "coefficient", "scan")


def platform_without_lacking(content: Content, platform: Mapping[str, Any]) -> Mapping[str, Any]:
    """What `platform` says, without what the content lacks. One may rest on another: until nothing more is lacking, or
    what is cannot be laid aside."""
    while True:
        kept = platform
        for one in lacking_in(edition_from("as-published", content, platform)):
            kept = _without(kept, one)
        if kept == platform:
            return platform
        platform = kept


def _without(platform: Mapping[str, Any], one: Lacking) -> Mapping[str, Any]:
    named = PLACE.fullmatch(one.named_by)
    section, name, key = (named[1], named[2] or "", named[3]) if named else ("", "", "")
    if section not in platform:
        return platform  # named by a row or a rule, or laid aside already
    if section in AS_A_WHOLE:
        return _but(platform, section)
    said = platform[section]
    if section == "facts":
        return {**platform, section: _but(said, name)}
    if section == "figures":
        return {**platform, section: {**said, name: _but(said.get(name, {}), key)}}
    if one.sort == "file":
        return {**platform, section: _but(said, key)}
    if section == "map":
        tiles = [tile for tile in said["tiles"] if tile["code"] != one.code]
        return {**platform, section: {**said, "tiles": tiles}}
    if isinstance(listed := said.get(key), list):
        return {**platform, section: {**said, key: [code for code in listed if code != one.code]}}
    return {**platform, section: _but(said, key)}


def _but(said: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != key}

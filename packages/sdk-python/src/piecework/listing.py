"""Lists, loaded page by page."""

from typing import Any, Dict, Generic, Iterator, List, Mapping, Optional, TypeVar, cast

from .transport import Transport, strange
from .types import ListMeta

Item = TypeVar("Item")

#: The status of an answer that is a page.
STATUS = 200
#: Pages without items in a row.
MAX_EMPTY_PAGES = 100


class Page(Generic[Item]):
    """One page of a list."""

    def __init__(self, data: List[Item], meta: ListMeta) -> None:
        self.data = data
        self.meta = meta


class Listing(Iterator[Item]):
    """A generator of all items, page by page as they are needed; ``page()`` is its first page."""

    def __init__(
        self, transport: Transport, name: str, params: Mapping[str, str], query: Mapping[str, Any]
    ) -> None:
        self._transport = transport
        self._name = name
        self._params = params
        self._query = query
        self._first: Optional[Page[Item]] = None
        self._items = self._all()

    def page(self) -> "Page[Item]":
        if self._first is None:
            self._first = self._load({})
        return self._first

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        return next(self._items)

    def _load(self, cursor: Dict[str, str]) -> "Page[Item]":
        answer = self._transport.send(self._name, self._params, {**self._query, **cursor})
        data, meta = answer["data"], answer["meta"]
        following = meta.get("next_cursor", STATUS) if isinstance(meta, dict) else STATUS
        if not isinstance(data, list) or not (following is None or isinstance(following, str)):
            raise strange(STATUS)
        return Page(cast(List[Item], data), cast(ListMeta, meta))

    def _all(self) -> Iterator[Item]:
        page = self.page()
        seen = set()
        empty = 0
        while True:
            yield from page.data
            following = page.meta["next_cursor"]
            if following is None:
                return
            empty = 0 if page.data else empty + 1
            if following in seen or empty > MAX_EMPTY_PAGES:
                raise strange(STATUS, "The list has no end")
            seen.add(following)
            page = self._load({"cursor": following})

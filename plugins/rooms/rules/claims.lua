-- Made from analyzer/rules/claims.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local LISTS_COMPARED = import("limits").LISTS_COMPARED
  local LIST_CLAIMS = import("limits").LIST_CLAIMS
  local listings = import("agreement.listed").listings
  local shapes = import("agreement.strength").shapes
  local M = {}

  -- A first hop answered this offer with this list, in this dialect.
  M.Listing = py.struct("Listing", { "server", "dialect", "offered", "listed" })

  function M.Listing.make(server, dialect, offered, listed)
    return setmetatable({
      server = server,
      dialect = dialect,
      offered = offered,
      listed = listed,
    }, M.Listing)
  end
  py.done(M.Listing)

  -- Listings with (time, capture, frame) of the first challenge that shows each; the earliest
  M.Claims = py.class("Claims")

  function M.Claims.make()
    local self = setmetatable({}, M.Claims)
    self._listings = py.dict()
    self._alike = py.dict()
    return self
  end

  -- Take down what the challenges of a closed run show.
  function M.Claims:learn(exchange, dialect)
    local server = exchange.access.first_hop
    for _, item1 in py.each(listings(exchange.steps)) do
      local place, offered = item1[1], item1[2]
      local listed = place.server
      if offered ~= nil and listed ~= nil then
        local message = place.message
        local seen = { message.time, message.capture, message.frame, n = 3 }
        if not self:_was_seen({ server, dialect, offered.form, listed.form, n = 4 }, seen) then
          self:note(M.Listing.make(server, dialect, shapes(offered), shapes(listed)), seen)
        end
      end
    end
  end

  -- Whether the claim of such lists was taken down no later: lists of one form have the same
  function M.Claims:_was_seen(alike, seen)
    if not (alike[3] ~= "" and alike[4] ~= "") then
      return false
    end
    local known = self._alike:get(alike)
    if known ~= nil and not py.less(seen, known) then
      return true
    end
    if self._alike.size >= LIST_CLAIMS then
      self._alike:clear()
    end
    self._alike:set(alike, seen)
    return false
  end

  -- Take in claims that were made apart.
  function M.Claims:merge(other)
    for _, item1 in py.each(other:listings()) do
      local listing, seen = item1[1], item1[2]
      self:note(listing, seen)
    end
  end

  -- All claims, in no order.
  function M.Claims:listings()
    local given = { n = 0 }
    py.extend(given, self._listings:items())
    return given
  end

  -- The claims about each first hop and dialect, the earliest first.
  function M.Claims:servers()
    local given = { n = 0 }
    self:_prune()
    local groups = py.dict()
    for _, item1 in py.each(py.sorted(self._listings:items(), function(one) return { one[2], one[1], n = 2 } end)) do
      local listing, seen = item1[1], item1[2]
      local group = groups:setdefault({ listing.server, listing.dialect, n = 2 }, { n = 0 })
      if group.n < LISTS_COMPARED then
        py.append(group, { listing, seen, n = 2 })
      end
    end
    py.extend(given, groups:values())
    return given
  end

  -- Take down one claim; of two that are equal the earlier one counts.
  function M.Claims:note(listing, seen)
    local known = self._listings:get(listing)
    if known == nil or py.less(seen, known) then
      self._listings:set(listing, seen)
      if self._listings.size >= 2 * LIST_CLAIMS then
        self:_prune()
      end
    end
  end

  -- Keep the earliest: whatever came in what order, the same ones stay.
  function M.Claims:_prune()
    if self._listings.size > LIST_CLAIMS then
      local earliest = py.sorted(self._listings:items(), function(one) return { one[2], one[1], n = 2 } end)
      self._listings = py.dict_of(py.slice(earliest, nil, LIST_CLAIMS))
    end
  end
  py.done(M.Claims)

  return M
end

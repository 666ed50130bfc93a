-- Made from analyzer/rules/subjects/server.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local surpasses = import("agreement.strength").surpasses
  local M = {}

  -- What the claims about one first hop add up to.
  M.ServerFacts = py.class("ServerFacts")
  M.ServerFacts.leg = "gm"

  function M.ServerFacts.make(claims)
    local self = setmetatable({}, M.ServerFacts)
    self._claims = claims
    self.address = claims[1][1].server
    self.dialect = claims[1][1].dialect
    self.challenges = claims.n
    return self
  end

  -- (capture, frame) of the two challenges that differ, the later one first.
  function M.ServerFacts.__get.frames(self)
    local shown = self._following and self._following.n > 0 and self._following or (self._weaker and self._weaker.n > 0 and self._weaker or py.list(py.slice(self._claims, nil, 1)))
    local list1 = { n = 0 }
    for _, item1 in py.each(py.reversed(shown)) do
      local item2 = item1[2]
      local capture, frame = item2[2], item2[3]
      py.append(list1, { capture, frame, n = 2 })
    end
    return list1
  end

  function M.ServerFacts.__facts.follows_offers(self)
    return self._following ~= nil
  end

  function M.ServerFacts.__facts.offers(self)
    local list1 = { n = 0 }
    for _, item1 in py.each(self._following or { n = 0 }) do
      local listing = item1[1]
      py.append(list1, M._text(listing.offered))
    end
    return list1
  end

  function M.ServerFacts.__facts.lists(self)
    local list1 = { n = 0 }
    for _, item1 in py.each(self._following or { n = 0 }) do
      local listing = item1[1]
      py.append(list1, M._text(listing.listed))
    end
    return list1
  end

  function M.ServerFacts.__facts.passed_over(self)
    if self._weaker == nil then
      return nil
    end
    local list1 = { n = 0 }
    for _, item1 in py.each(self._weaker) do
      local listing = item1[1]
      py.append(list1, listing)
    end
    local known, picked = list1[1], list1[2]
    local list2 = { n = 0 }
    for _, one in py.each(known.listed) do
      if surpasses(one, picked.listed[1]) then
        py.append(list2, one)
      end
    end
    local better = list2
    local list3 = { n = 0 }
    for _, one in py.each(better) do
      if py.contains(picked.offered, one) then
        py.append(list3, one)
      end
    end
    return M._text(list3)
  end

  function M.ServerFacts.__facts.picked(self)
    local value1
    if self._weaker == nil then
      value1 = nil
    else
      value1 = M._text(self._weaker[2][1].listed)
    end
    return value1
  end

  -- A list, and a choice of one element that is weaker than what stands in it and was
  function M.ServerFacts.__facts._weaker(self)
    for _, picked in py.each(self._claims) do
      local listed = picked[1].listed
      if listed.n == 1 then
        local set1 = py.set()
        for _, one in py.each(picked[1].offered) do
          if surpasses(one, listed[1]) then
            set1:add(one)
          end
        end
        local better = set1
        for _, known in py.each(better.size > 0 and self._claims or { n = 0 }) do
          if better:intersection(known[1].listed).size > 0 then
            return { known, picked, n = 2 }
          end
        end
      end
    end
    return nil
  end

  function M.ServerFacts.__facts._following(self)
    for _, item1 in py.each(py.combinations(self._claims)) do
      local one, other = item1[1], item1[2]
      if M._follow(one[1], other[1]) then
        return { one, other, n = 2 }
      end
    end
    return nil
  end
  py.done(M.ServerFacts)

  -- Each list has nothing but what its client offered, and would not do for the other one.
  function M._follow(one, other)
    local mine, theirs = py.set(one.listed), py.set(other.listed)
    if py.equal(mine, theirs) or (not mine:issubset(py.set(one.offered)) or not theirs:issubset(py.set(other.offered))) then
      return false
    end
    return not (mine:issubset(py.set(other.offered)) and theirs:issubset(py.set(one.offered)))
  end

  function M._text(shapes)
    local list1 = { n = 0 }
    for _, one in py.each(shapes) do
      py.append(list1, str.join("/", py.filter(nil, one)))
    end
    return str.join(" | ", list1)
  end

  return M
end

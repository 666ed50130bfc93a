-- Made from analyzer/rules/subjects/pair.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local HEADERS = import("agreement.place").HEADERS
  local compare = import("agreement.comparison").compare
  local M = {}

  M.SEC_AGREE = "sec-agree"

  M.OPTIONS = py.dict_of({
    { "require", "Require: sec-agree", n = 2 },
    { "proxy-require", "Proxy-Require: sec-agree", n = 2 },
    n = 2,
  })

  M.SHOWN = py.dict_of({
    { "client", "Security-Client", n = 2 }, { "server", "Security-Server", n = 2 },
    { "verify", "Security-Verify", n = 2 },
    n = 3,
  })

  -- A message, and either its forward beyond the first hop or what another tap of the same hop
  M.PairFacts = py.class("PairFacts")
  M.PairFacts.leg = "gm"

  function M.PairFacts.make(near, far)
    local self = setmetatable({}, M.PairFacts)
    self.near = near
    self.far = far
    self.same_hop = far.message.variant_of == near.message
    return self
  end

  -- (capture, frame): the far one, then the near one.
  function M.PairFacts.__get.frames(self)
    return py.concat(self.far.frames, self.near.frames)
  end

  function M.PairFacts.__facts.dialect(self)
    return self.near.dialect
  end

  function M.PairFacts.__facts.changed(self)
    return py.first(self:_changes())
  end

  function M.PairFacts.__facts.stripped(self)
    local list1 = { n = 0 }
    for name in HEADERS:pairs() do
      if self:_once(name) then
        py.append(list1, M.SHOWN:get(name))
      end
    end
    local gone = list1
    local near, far = self.near.message, self.far.message
    for header, shown in M.OPTIONS:pairs() do
      if near:tokens(header):has(M.SEC_AGREE) ~= far:tokens(header):has(M.SEC_AGREE) then
        py.append(gone, shown)
      end
    end
    local value1 = str.join(", ", gone)
    if value1 == "" then
      value1 = nil
    end
    return value1
  end

  -- What differs between two lists that both places show, in words.
  function M.PairFacts:_changes()
    local given = { n = 0 }
    local near, far = self.near.place.lists, self.far.place.lists
    for name in HEADERS:pairs() do
      if near:has(name) and (far:has(name) and near:get(name).text ~= far:get(name).text) then
        local compared = compare(far:get(name), near:get(name))
        if compared.level == "different" then
          py.append(given, M.SHOWN:get(name) .. ": " .. compared.edit)
        end
      end
    end
    return given
  end

  -- A list that one place shows and the other does not.
  function M.PairFacts:_once(name)
    return self.near.place.lists:has(name) ~= self.far.place.lists:has(name)
  end
  py.done(M.PairFacts)

  return M
end

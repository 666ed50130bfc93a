-- Made from analyzer/rules/subjects/lists.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local DEFAULTS = import("agreement.mechanism").DEFAULTS
  local SA_NAMES = import("agreement.parameters").SA_NAMES
  local limits = import("limits")
  local with_inherited = import("agreement.mechanism").with_inherited
  local M = {}

  M.VALUE_MISSING = "value-missing"

  M.QUOTED = "quoted-token"

  M.NOTHING = { n = 0 }

  M.NEEDED = {
    { "alg", "alg", n = 2 }, { "spi-c", "spi_c_text", n = 2 },
    { "spi-s", "spi_s_text", n = 2 }, { "port-c", "port_c_text", n = 2 },
    { "port-s", "port_s_text", n = 2 },
    n = 5,
  }

  M.SPI_DIGITS = 10

  M.OLD_NAMES = { "spi", "port1", "port2", n = 3 }

  M.DIGEST_NAMES = { "d-alg", "d-qop", "d-ver", n = 3 }

  M.ANNEX_H_NAMES = py.set({
    "alg", "ealg", "mediasec", "mod", "port-c", "port-s", "prot", "q", "spi-c", "spi-s",
    n = 10,
  })

  -- What the names of an element's parameters say, in lower case and in order.
  M.Names = py.struct("Names", { "old", "private", "digest", "repeated" })

  function M.Names.make(old, private, digest, repeated)
    return setmetatable({
      old = old,
      private = private,
      digest = digest,
      repeated = repeated,
    }, M.Names)
  end
  py.done(M.Names)

  -- Sort the names of an element's parameters; phones of one make write the same ones.
  M.read_names = py.lru_cache(limits.READINGS, function(written)
    local list1 = { n = 0 }
    for _, name in py.each(written) do
      py.append(list1, str.lower(name))
    end
    local names = list1
    local list2 = { n = 0 }
    for _, name in py.each(M.OLD_NAMES) do
      if py.contains(names, name) then
        py.append(list2, name)
      end
    end
    local list3 = { n = 0 }
    for _, name in py.each(names) do
      if not M.ANNEX_H_NAMES:has(name) and not py.contains(M.OLD_NAMES, name) then
        py.append(list3, name)
      end
    end
    local list4 = { n = 0 }
    for _, name in py.each(M.DIGEST_NAMES) do
      if py.contains(names, name) then
        py.append(list4, name)
      end
    end
    local list5 = { n = 0 }
    for name in py.fromkeys(names):pairs() do
      if py.count(names, name) > 1 then
        py.append(list5, name)
      end
    end
    return M.Names.make(list2, list3, list4, list5)
  end)

  -- One element of `listed` (vocabulary: mechanism). `twins`: what it may be a copy of.
  M.MechanismFacts = py.class("MechanismFacts")

  function M.MechanismFacts.make(element, header, twins, listed)
    local self = setmetatable({}, M.MechanismFacts)
    if twins == nil then
      twins = { n = 0 }
    end
    self.element = element
    self.header = header
    self.key = element.key
    self.mediasec = element.mediasec
    self.spi_c, self.spi_s = element.spi_c, element.spi_s
    self.port_c, self.port_s = element.port_c, element.port_s
    self._twins = twins
    self._listed = listed
    return self
  end

  -- What is not worked out here stands in the element itself.
  function M.MechanismFacts:__getattr__(name)
    return self.element[name]
  end

  function M.MechanismFacts.__get.q(self)
    return self.element.q_thousandths
  end

  function M.MechanismFacts.__facts.alg(self)
    local value1 = M._lower(self.element.alg)
    if (value1 or "") == "" then
      value1 = nil
    end
    return value1
  end

  function M.MechanismFacts.__facts.ealg(self)
    local value1 = M._lower(self.element.ealg)
    if (value1 or "") == "" then
      value1 = nil
    end
    return value1
  end

  function M.MechanismFacts.__get.prot(self)
    return M._lower(self.element.prot)
  end

  function M.MechanismFacts.__facts.mod(self)
    return M._lower(self.element.mod)
  end

  function M.MechanismFacts.__facts.d_alg(self)
    return M._lower(self.element.d_alg)
  end

  function M.MechanismFacts.__facts.d_qop(self)
    return M._lower(self.element.d_qop)
  end

  function M.MechanismFacts.__facts.defects(self)
    if self.element.defects.n == 0 then
      return M.NOTHING
    end
    local list1 = { n = 0 }
    for _, code in py.each(self.element.defects) do
      py.append(list1, str.partition(code, ":")[1])
    end
    return py.list(py.fromkeys(list1))
  end

  function M.MechanismFacts.__get.has_q(self)
    return self.element.q ~= nil
  end

  function M.MechanismFacts.__facts.missing_values(self)
    return self:_named(M.VALUE_MISSING)
  end

  function M.MechanismFacts.__facts.quoted(self)
    return self:_named(M.QUOTED)
  end

  -- The parameters that have this defect.
  function M.MechanismFacts:_named(defect)
    if self.element.defects.n == 0 then
      return M.NOTHING
    end
    local list1 = { n = 0 }
    for _, one in py.each(self.element.defects) do
      py.append(list1, str.partition(one, ":"))
    end
    local found = list1
    local list2 = { n = 0 }
    for _, item1 in py.each(found) do
      local code, name = item1[1], item1[3]
      if code == defect then
        py.append(list2, name)
      end
    end
    return list2
  end

  function M.MechanismFacts.__facts._names(self)
    local list1 = { n = 0 }
    for _, item1 in py.each(self.element.params) do
      local name = item1[1]
      py.append(list1, name)
    end
    return M.read_names(py.list(list1))
  end

  function M.MechanismFacts.__get.repeated(self)
    return self._names.repeated
  end

  function M.MechanismFacts.__facts.short_spis(self)
    local element = self.element
    local list1 = { n = 0 }
    for _, text in py.each({ element.spi_c_text, element.spi_s_text, n = 2 }) do
      if (text or "") ~= "" then
        py.append(list1, text)
      end
    end
    local texts = list1
    local list2 = { n = 0 }
    for _, text in py.each(texts) do
      if #text ~= M.SPI_DIGITS then
        py.append(list2, text)
      end
    end
    return list2
  end

  function M.MechanismFacts.__get.old_names(self)
    return self._names.old
  end

  function M.MechanismFacts.__get.private_names(self)
    return self._names.private
  end

  function M.MechanismFacts.__facts.pref(self)
    return self:_value("pref")
  end

  function M.MechanismFacts.__facts.mediasec_value(self)
    return self:_value("mediasec")
  end

  -- The value of a parameter without a field of its own; None without value.
  function M.MechanismFacts:_value(wanted)
    local list1 = { n = 0 }
    for _, item1 in py.each(self.element.params) do
      local name, value = item1[1], item1[2]
      if str.lower(name) == wanted then
        py.append(list1, value)
      end
    end
    local found = list1
    return py.first(found)
  end

  function M.MechanismFacts.__get.digest_names(self)
    return self._names.digest
  end

  function M.MechanismFacts.__facts.lacks(self)
    if self.key ~= "ipsec-3gpp" or (self.mediasec or self.element.complete) then
      return M.NOTHING
    end
    local whole = self._with_inherited
    local list1 = { n = 0 }
    for _, item1 in py.each(M.NEEDED) do
      local name, field = item1[1], item1[2]
      if not py.truth(whole[field]) then
        py.append(list1, name)
      end
    end
    local lacking = list1
    if py.contains(self._names.old, "spi") then
      local list2 = { n = 0 }
      for _, name in py.each(lacking) do
        if name == "alg" then
          py.append(list2, name)
        end
      end
      return list2
    end
    return lacking
  end

  -- With the SPIs and ports that stand on the last alternative only.
  function M.MechanismFacts.__get._with_inherited(self)
    local listed = self._listed
    if listed ~= nil then
      for _, item1 in py.each(py.zip(listed.elements, with_inherited(listed))) do
        local element, whole = item1[1], item1[2]
        if element == self.element then
          return whole
        end
      end
    end
    return self.element
  end

  -- Which element of its list it is; None outside of a list.
  function M.MechanismFacts.__get.place(self)
    local elements = self._listed == nil and { n = 0 } or self._listed.elements
    local first1
    for at, one in py.each_from_zero(elements) do
      if one == self.element then
        first1 = at
        break
      end
    end
    return first1
  end

  function M.MechanismFacts.__facts.mirrored(self)
    local any1 = false
    for _, twin in py.each(self._twins) do
      if py.set(self.element.defects):issubset(py.set(twin.defects)) then
        any1 = true
        break
      end
    end
    return any1
  end
  py.done(M.MechanismFacts)

  -- The elements of a list, made when somebody looks at them; most rules ask whether there is a
  M.Elements = py.class("Elements")

  function M.Elements.make(listed, header, twins)
    local self = setmetatable({}, M.Elements)
    self._listed = listed
    self._header = header
    self._twins = twins == nil and { n = 0 } or twins.elements
    self._made = nil
    return self
  end

  -- All of them.
  function M.Elements.__get.made(self)
    if self._made == nil then
      local list1 = { n = 0 }
      for _, element in py.each(self._listed.elements) do
        py.append(list1, M.MechanismFacts.make(element, self._header, self._twins, self._listed))
      end
      self._made = list1
    end
    return self._made
  end

  function M.Elements:__iter__()
    return py.values(self.made)
  end

  function M.Elements:__len__()
    return self._listed.elements.n
  end

  function M.Elements:__getitem__(index)
    return self.made[index + 1]
  end

  -- Some element has a defect.
  function M.Elements.__get.flawed(self)
    for _, element in py.each(self._listed.elements) do
      if element.defects.n > 0 then
        return true
      end
    end
    return false
  end
  py.done(M.Elements)

  -- One list as a whole (vocabulary: header).
  M.HeaderFacts = py.class("HeaderFacts")

  function M.HeaderFacts.make(listed, header)
    local self = setmetatable({}, M.HeaderFacts)
    self.listed = listed
    self.header = header
    return self
  end

  function M.HeaderFacts.__facts.raw(self)
    return self.listed.text
  end

  function M.HeaderFacts.__get.defects(self)
    return self.listed.defects.n > 0 and py.list(self.listed.defects) or M.NOTHING
  end

  function M.HeaderFacts.__get.equal_q(self)
    local seen = py.set()
    for _, element in py.each(self.listed.signalling) do
      local q = element.q_thousandths
      if q ~= nil and seen:has(q) then
        return q
      end
      if q ~= nil then
        seen:add(q)
      end
    end
    return nil
  end

  function M.HeaderFacts.__get.lacks_q(self)
    local elements = self.listed.signalling
    local holds1 = elements.n > 1
    if holds1 then
      local any2 = false
      for _, element in py.each(elements) do
        if element.q == nil then
          any2 = true
          break
        end
      end
      holds1 = any2
    end
    return holds1
  end

  function M.HeaderFacts.__get.ports_on_last(self)
    local list1 = { n = 0 }
    for _, element in py.each(self.listed.signalling) do
      if element.key == "ipsec-3gpp" then
        py.append(list1, element)
      end
    end
    local elements = list1
    local holds1 = elements.n > 1
    if holds1 then
      local list4 = { n = 0 }
      for _, element in py.each(elements) do
        py.append(list4, M._has_ports(element))
      end
      local list5 = { n = 0 }
      for _, _ in py.each(py.slice(elements, 1)) do
        py.append(list5, false)
      end
      holds1 = py.equal(list4, py.concat(list5, { true, n = 1 }))
    end
    return holds1
  end
  py.done(M.HeaderFacts)

  function M._has_ports(element)
    local any1 = false
    for _, item1 in py.each(element.params) do
      local name = item1[1]
      if SA_NAMES:has(str.lower(name)) then
        any1 = true
        break
      end
    end
    return any1
  end

  -- One plane of a comparison (vocabulary: comparison).
  M.ComparisonFacts = py.class("ComparisonFacts")

  function M.ComparisonFacts.make(plane, whole, mediasec)
    local self = setmetatable({}, M.ComparisonFacts)
    local level = plane.level
    if level == "identical" and (not mediasec and whole.level == "equivalent") then
      level = "equivalent"
    end
    self.level = level
    self.kind = plane.kind
    self.mediasec = mediasec
    self.edit = plane.edit
    local change = plane.changes.n > 0 and plane.changes[1] or nil
    local value1
    if change == nil then
      value1 = nil
    else
      value1 = change.parameter
    end
    self.parameter = value1
    local value2
    if change == nil then
      value2 = nil
    else
      value2 = change.server
    end
    self.server_value = value2
    local value3
    if change == nil then
      value3 = nil
    else
      value3 = change.verify
    end
    self.verify_value = value3
    self._plane = plane
    return self
  end

  function M.ComparisonFacts.__facts.defaults_only(self)
    local changes = self._plane.changes
    local holds1 = changes.n > 0
    if holds1 then
      local all2 = true
      for _, change in py.each(changes) do
        if not py.set({ change.server or "", change.verify or "", n = 2 }):issubset(py.set({ "", DEFAULTS:get(change.parameter or "", ""), n = 2 })) then
          all2 = false
          break
        end
      end
      holds1 = all2
    end
    return holds1
  end
  py.done(M.ComparisonFacts)

  function M._lower(text)
    local value1
    if text == nil then
      value1 = nil
    else
      value1 = str.lower(text)
    end
    return value1
  end

  return M
end

-- Made from analyzer/agreement/mechanism.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local SA_NAMES = import("agreement.parameters").SA_NAMES
  local read_element = import("agreement.parameters").read_element
  local M = {}

  M.DEFAULTS = py.dict_of({
    { "ealg", "null", n = 2 }, { "prot", "esp", n = 2 }, { "mod", "trans", n = 2 },
    n = 3,
  })

  M.LEAST_SPI = 256

  M.LEAST_PORT = 5062

  -- One element of a Security-* list.
  M.Mechanism = py.struct("Mechanism", { "name", "key", "raw", "row", "span", "written", "q", "q_thousandths", "alg", "ealg", "prot", "mod", "spi_c", "spi_s", "port_c", "port_s", "spi_c_text", "spi_s_text", "port_c_text", "port_s_text", "d_alg", "d_qop", "d_ver", "mediasec", "defects" })

  function M.Mechanism.make(name, key, raw, row, span, written, q, q_thousandths, alg, ealg, prot, mod, spi_c, spi_s, port_c, port_s, spi_c_text, spi_s_text, port_c_text, port_s_text, d_alg, d_qop, d_ver, mediasec, defects)
    if written == nil then
      written = { n = 0 }
    end
    if mediasec == nil then
      mediasec = false
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      name = name,
      key = key,
      raw = raw,
      row = row,
      span = span,
      written = written,
      q = q,
      q_thousandths = q_thousandths,
      alg = alg,
      ealg = ealg,
      prot = prot,
      mod = mod,
      spi_c = spi_c,
      spi_s = spi_s,
      port_c = port_c,
      port_s = port_s,
      spi_c_text = spi_c_text,
      spi_s_text = spi_s_text,
      port_c_text = port_c_text,
      port_s_text = port_s_text,
      d_alg = d_alg,
      d_qop = d_qop,
      d_ver = d_ver,
      mediasec = mediasec,
      defects = defects,
    }, M.Mechanism)
  end

  -- Every parameter in order as (name as written, value or None, quoted).
  function M.Mechanism.__get.params(self)
    local written = self.written
    return written == nil and py.list(read_element(self.raw, { n = 0 })[2]) or written
  end

  -- The same without the parameters one by one.
  function M.Mechanism:slim()
    if self.written == nil then
      return self
    end
    return M.Mechanism.make(self.name, self.key, self.raw, self.row, self.span, nil, self.q, self.q_thousandths, self.alg, self.ealg, self.prot, self.mod, self.spi_c, self.spi_s, self.port_c, self.port_s)
  end

  -- Integrity algorithm in lower case; it has no default.
  function M.Mechanism.__get.effective_alg(self)
    return (self.alg or "") ~= "" and str.lower(self.alg) or nil
  end

  -- Encryption algorithm in lower case; absent or empty is `null`.
  function M.Mechanism.__get.effective_ealg(self)
    return str.lower((self.ealg or "") ~= "" and self.ealg or M.DEFAULTS:get("ealg"))
  end

  -- IPsec protocol in lower case; absent or empty is `esp`.
  function M.Mechanism.__get.effective_prot(self)
    return str.lower((self.prot or "") ~= "" and self.prot or M.DEFAULTS:get("prot"))
  end

  -- IPsec mode in lower case; absent or empty is `trans`.
  function M.Mechanism.__get.effective_mod(self)
    return str.lower((self.mod or "") ~= "" and self.mod or M.DEFAULTS:get("mod"))
  end

  -- Alg, both SPIs and both ports are written (TS 33.203 Annex H), legal or not.
  function M.Mechanism.__get.complete(self)
    return (self.alg or "") ~= "" and ((self.spi_c_text or "") ~= "" and ((self.spi_s_text or "") ~= "" and ((self.port_c_text or "") ~= "" and (self.port_s_text or "") ~= "")))
  end
  py.done(M.Mechanism)

  -- All rows of one Security-* header of a message, joined in order (RFC 3261 7.3.1).
  M.MechanismList = py.struct("MechanismList", { "rows", "text", "elements", "signalling", "media", "defects", "dialect", "to", "source", "form" })

  function M.MechanismList.make(rows, text, elements, signalling, media, defects, dialect, to, source, form)
    if defects == nil then
      defects = { n = 0 }
    end
    if dialect == nil then
      dialect = ""
    end
    if to == nil then
      to = ""
    end
    if source == nil then
      source = ""
    end
    if form == nil then
      form = ""
    end
    return setmetatable({
      rows = rows,
      text = text,
      elements = elements,
      signalling = signalling,
      media = media,
      defects = defects,
      dialect = dialect,
      to = to,
      source = source,
      form = form,
    }, M.MechanismList)
  end
  py.done(M.MechanismList)

  -- Its SPIs, and its ports, are two different ones, and none of them is reserved.
  function M.draws_well(element)
    local spi_c, spi_s = element.spi_c, element.spi_s
    local port_c, port_s = element.port_c, element.port_s
    return (spi_c == nil or spi_c >= M.LEAST_SPI and spi_c ~= spi_s) and ((spi_s == nil or spi_s >= M.LEAST_SPI) and ((port_c == nil or port_c >= M.LEAST_PORT and port_c ~= port_s) and (port_s == nil or port_s >= M.LEAST_PORT)))
  end

  -- The elements, those of ipsec-3gpp without SPI and port filled from the last complete one.
  function M.with_inherited(mechanisms)
    if mechanisms.elements.n == 1 then
      return mechanisms.elements
    end
    local list1 = { n = 0 }
    for _, m in py.each(mechanisms.signalling) do
      if m.key == "ipsec-3gpp" and m.complete then
        py.append(list1, m)
      end
    end
    local complete = list1
    if complete.n == 0 then
      return mechanisms.elements
    end
    local donor = complete[complete.n]
    local list2 = { n = 0 }
    for _, m in py.each(mechanisms.elements) do
      py.append(list2, M._inherit(m, donor))
    end
    return list2
  end

  function M._inherit(mechanism, donor)
    if mechanism.key ~= donor.key or (mechanism.mediasec or M._has_sa_parameter(mechanism)) then
      return mechanism
    end
    return py.replace(mechanism, "spi_c", donor.spi_c, "spi_s", donor.spi_s, "port_c", donor.port_c, "port_s", donor.port_s, "spi_c_text", donor.spi_c_text, "spi_s_text", donor.spi_s_text, "port_c_text", donor.port_c_text, "port_s_text", donor.port_s_text)
  end

  function M._has_sa_parameter(mechanism)
    local any1 = false
    for _, item1 in py.each(mechanism.params) do
      local name = item1[1]
      if SA_NAMES:has(str.lower(name)) then
        any1 = true
        break
      end
    end
    return any1
  end

  return M
end

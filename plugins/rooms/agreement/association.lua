-- Made from analyzer/agreement/association.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ECHOES = import("limits").ECHOES
  local Flow = import("agreement.esp_flow").Flow
  local REG_AWAIT_AUTH = import("limits").REG_AWAIT_AUTH
  local Sa = import("keys.sa_table").Sa
  local parse_challenges = import("sip.digest").parse_challenges
  local parse_credentials = import("sip.digest").parse_credentials
  local row_text = import("sip.headers").row_text
  local M = {}

  M.DIRECTIONS = py.dict_of({
    { "uc>ps", "to-server", n = 2 }, { "us>pc", "to-server", n = 2 },
    { "pc>us", "to-client", n = 2 }, { "ps>uc", "to-client", n = 2 },
    n = 4,
  })

  -- What the AKA run of a set left behind, read only when it is asked for: the rows of the
  M.Aka = py.struct("Aka", { "challenge", "credentials" })

  function M.Aka.make(challenge, credentials)
    if challenge == nil then
      challenge = ""
    end
    if credentials == nil then
      credentials = ""
    end
    return setmetatable({ challenge = challenge, credentials = credentials }, M.Aka)
  end

  -- RAND and AUTN of the challenge, 32 octets; empty: it was no AKA.
  function M.Aka.__get.nonce(self)
    for _, challenge in py.each(parse_challenges(row_text(self.challenge))) do
      local nonce = challenge.aka_nonce
      if nonce ~= nil then
        return nonce.rand .. nonce.autn
      end
    end
    return ""
  end

  -- The text of the credentials: it has the private identity.
  function M.Aka.__get.identity(self)
    return row_text(self.credentials)
  end
  py.done(M.Aka)

  M.NO_AKA = M.Aka.make()

  -- The set announced by one challenge, from `announced` to `dead` (design: the model).
  M.Association = py.class("Association")

  function M.Association.make(number, client, server, time)
    local self = setmetatable({}, M.Association)
    self.number = number
    self.client = client
    self.server = server
    self.announced_time = time
    self.established_time = nil
    self.until_ = 0
    self.first_until = 0
    self.granted = nil
    self.rekeyed = 0
    self.left = 0
    self.echoed = 0
    self.unechoed = 0
    self.unechoed_frames = { n = 0 }
    self.state = "announced"
    self.older = nil
    self.announced_at = { 0, 0, n = 2 }
    self.rows = { n = 0 }
    self.exchange_number = 0
    self.call_id = ""
    self.aka = M.NO_AKA
    self.exchange = nil
    self.flows = py.dict()
    self.collides = nil
    self.kernel = ""
    self.sas = { n = 0 }
    return self
  end

  -- Integrity algorithm, lower case.
  function M.Association.__get.alg(self)
    return self.server.effective_alg or ""
  end

  -- Encryption algorithm, lower case; absent or empty is null.
  function M.Association.__get.ealg(self)
    return self.server.effective_ealg
  end

  -- Count a request of the client on it that should repeat the list (RFC 3329 2.3.1).
  function M.Association:carry(message)
    if message.index:has("security-verify") then
      self.echoed = self.echoed + 1
      return
    end
    self.unechoed = self.unechoed + 1
    if self.unechoed_frames.n < ECHOES then
      py.append(self.unechoed_frames, { message.capture, message.frame, n = 2 })
    end
  end

  -- Whether it was in use, and its receiver surely still holds it: neither ended nor over.
  function M.Association:lives(time)
    if self.state == "established" or self.state == "old" then
      return time < self.until_
    end
    return self.state == "temporary" and time < self.announced_time + REG_AWAIT_AUTH
  end

  -- Its exchange was judged: of the two elements only the known values are needed.
  function M.Association:slim()
    self.server = self.server:slim()
    if self.client ~= nil then
      self.client = self.client:slim()
    end
  end

  -- RAND and AUTN of the challenge that announced it, 32 octets; empty: it was no AKA.
  function M.Association.__get.nonce(self)
    return self.aka.nonce
  end

  -- RAND of the challenge that announced it, 16 octets; empty where it was no AKA.
  function M.Association.__get.rand(self)
    return string.sub(self.nonce, 1, 16)
  end

  -- The private identity that registered with it, "" where none was read.
  function M.Association.__get.impi(self)
    local credentials = parse_credentials(self.aka.identity)
    return credentials == nil and "" or (credentials.username or "")
  end

  -- The encryption its packets have, as far as keys or NULL encryption show it; else "".
  function M.Association.__get.wire_ealg(self)
    local key = self.key
    if key ~= nil and (key.proves and key.ealg ~= "?") then
      return key.ealg
    end
    local any1 = false
    for _, flow in self.flows:pairs() do
      if flow.null_unagreed ~= 0 then
        any1 = true
        break
      end
    end
    return any1 and "null" or ""
  end

  -- ESP packets seen on the set, both ways.
  function M.Association.__get.packets(self)
    local sum1 = 0
    for _, flow in self.flows:pairs() do
      sum1 = sum1 + flow.packets
    end
    return sum1
  end

  -- Those of them that could be read.
  function M.Association.__get.opened(self)
    local sum1 = 0
    for _, flow in self.flows:pairs() do
      sum1 = sum1 + flow.opened
    end
    return sum1
  end

  -- The keys that opened it, of the first SA that packets proved them for.
  function M.Association.__get.key(self)
    local first1
    for _, flow in self.flows:pairs() do
      if flow.key ~= nil then
        first1 = flow.key
        break
      end
    end
    return first1
  end

  -- When the last packet on it came to the client (0: none).
  function M.Association.__get.last_heard(self)
    local flows = self.flows:values()
    local list1 = { n = 0 }
    for _, one in py.each(flows) do
      if one.direction == "to-client" then
        py.append(list1, one.last_time)
      end
    end
    return py.max(list1, 0)
  end

  -- The announced SPIs.
  function M.Association:spis()
    local numbers = { self.server.spi_c, self.server.spi_s, n = 2 }
    if self.client ~= nil then
      py.extend(numbers, { self.client.spi_c, self.client.spi_s, n = 2 })
    end
    local list1 = { n = 0 }
    for _, spi in py.each(numbers) do
      if spi ~= nil then
        py.append(list1, spi)
      end
    end
    return py.set(list1)
  end

  -- The SAs as far as both lists name them, to be entered in the `SaTable`.
  function M.Association:build(ue, first_hop)
    local server, client = self.server, self.client
    local alg, ealg = server.effective_alg or "", server.effective_ealg
    local number, aka = self.number, self.aka
    local pc, ps = server.port_c or 0, server.port_s or 0
    local uc = 0
    local us = 0
    if client ~= nil then
      uc, us = client.port_c or 0, client.port_s or 0
    end
    local sas = { n = 0 }
    if server.spi_s ~= nil then
      py.append(sas, Sa.make("uc>ps", server.spi_s, ue, first_hop, uc, ps, alg, ealg, number, aka))
    end
    if server.spi_c ~= nil then
      py.append(sas, Sa.make("us>pc", server.spi_c, ue, first_hop, us, pc, alg, ealg, number, aka))
    end
    if client ~= nil and client.spi_s ~= nil then
      py.append(sas, Sa.make("pc>us", client.spi_s, first_hop, ue, pc, us, alg, ealg, number, aka))
    end
    if client ~= nil and client.spi_c ~= nil then
      py.append(sas, Sa.make("ps>uc", client.spi_c, first_hop, ue, ps, uc, alg, ealg, number, aka))
    end
    self.sas = py.list(sas)
    return self.sas
  end

  -- The ESP flow on one of its SAs.
  function M.Association:flow(sa)
    local found = self.flows:get(sa.name)
    if found == nil then
      found = Flow.make(sa.spi, sa.src, sa.dst, M.DIRECTIONS:get(sa.name), sa.name)
      self.flows:set(sa.name, found)
    end
    return found
  end
  py.done(M.Association)

  return M
end

-- Made from analyzer/agreement/exchange.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local BEGUN = import("agreement.states").BEGUN
  local CHALLENGE = import("agreement.states").CHALLENGE
  local EXCHANGE_STEPS = import("limits").EXCHANGE_STEPS
  local NEW_ROUND = import("agreement.states").NEW_ROUND
  local OFFERED = import("agreement.states").OFFERED
  local Place = import("agreement.place").Place
  local START = import("agreement.order").START
  local TABLE = import("agreement.states").TABLE
  local parse_aka_nonce = import("sip.digest").parse_aka_nonce
  local M = {}

  -- One message of the run, or one ESP packet that could not be opened (`place` is None).
  M.Step = py.struct("Step", { "role", "round", "time", "capture", "frame", "place", "esp", "sa" })

  function M.Step.make(role, round, time, capture, frame, place, esp, sa)
    if sa == nil then
      sa = ""
    end
    return setmetatable({
      role = role,
      round = round,
      time = time,
      capture = capture,
      frame = frame,
      place = place,
      esp = esp,
      sa = sa,
    }, M.Step)
  end
  py.done(M.Step)

  -- One run; `apply` moves it along `states.TABLE`.
  M.Exchange = py.class("Exchange")

  function M.Exchange.make(number, access, call_id, method, time, born)
    local self = setmetatable({}, M.Exchange)
    if born == nil then
      born = START
    end
    self.number = number
    self.born = born
    self.order = born
    self.access = access
    self.call_id = call_id
    self.method = method
    self.begun = time
    self.last_time = time
    self.end_time = time
    self.state = BEGUN
    self.round = 1
    self.steps = { n = 0 }
    self.dropped = 0
    self.octets = 0
    self.pending = nil
    self.association = nil
    self.authentication = nil
    self.under = nil
    self.granted = nil
    self.standing = nil
    self.evidence = { n = 0 }
    self.far = { n = 0 }
    self.later = { n = 0 }
    self.orphans = { n = 0 }
    self.used = { n = 0 }
    self.keys = { n = 0 }
    self.refused = { n = 0 }
    self.key = ""
    self.superseded_by = nil
    self.closed = false
    self.deregistration = false
    self.start_seen = true
    self.previous = nil
    self.verdict = nil
    return self
  end

  -- Whether the table has a row for this event in the present state.
  function M.Exchange:accepts(event)
    return TABLE:has({ self.state, event, n = 2 })
  end

  -- Take one event in; gives the role of the step. Where the table has no row for it in the
  function M.Exchange:apply(event, seen, sa)
    local row = TABLE:get({ self.state, event, n = 2 })
    if row == nil then
      return ""
    end
    local again = event == CHALLENGE and self.state ~= OFFERED
    self.state = row[1]
    local role = row[2]
    if NEW_ROUND:has(event) or again and self:last("challenge") ~= nil then
      self.round = self.round + 1
    end
    self:_append(role, seen, sa)
    return role
  end

  -- Keep a message that does not move the run on: a retransmission.
  function M.Exchange:note(place)
    self:_append(place.role, place, place.sa)
  end

  function M.Exchange:_append(role, seen, sa)
    local place = nil
    local esp = nil
    local packet
    if py.isinstance(seen, Place) then
      place, packet = seen, seen.message
    else
      esp = seen
      packet = seen
    end
    if packet.time > self.last_time then
      self.last_time = packet.time
    end
    if self.steps.n >= EXCHANGE_STEPS then
      self.dropped = self.dropped + 1
      return
    end
    py.append(self.steps, M.Step.make(role, self.round, packet.time, packet.capture, packet.frame, place, esp, sa))
    if place ~= nil then
      self.octets = self.octets + #place.message.raw
    end
  end

  -- The last step with this role.
  function M.Exchange:last(role)
    for _, step in py.each(py.reversed(self.steps)) do
      if step.role == role then
        return step
      end
    end
    return nil
  end

  -- The first step with this role.
  function M.Exchange:first(role)
    for _, step in py.each(self.steps) do
      if step.role == role then
        return step
      end
    end
    return nil
  end

  -- The message of the last step with this role; None where it was not read.
  function M.Exchange:place(role)
    for _, step in py.each(py.reversed(self.steps)) do
      if step.role == role then
        return step.place
      end
    end
    return nil
  end

  -- The same without its place.
  function M.Exchange:message(role)
    for _, step in py.each(py.reversed(self.steps)) do
      if step.role == role then
        local value1
        if step.place == nil then
          value1 = nil
        else
          value1 = step.place.message
        end
        return value1
      end
    end
    return nil
  end

  -- The request that the last challenge answers: the last offer or failure report.
  function M.Exchange.__get.offer(self)
    for _, step in py.each(py.reversed(self.steps)) do
      if step.role == "offer" or step.role == "failure-report" then
        return step.place
      end
    end
    return nil
  end

  -- Whether the message is one of the steps.
  function M.Exchange:holds(message)
    local any1 = false
    for _, step in py.each(self.steps) do
      if step.place ~= nil and step.place.message == message then
        any1 = true
        break
      end
    end
    return any1
  end
  py.done(M.Exchange)

  -- One piece of evidence, with the frame that shows it (0: none does).
  M.Sign = py.struct("Sign", { "text", "capture", "frame" })

  function M.Sign.make(text, capture, frame)
    if capture == nil then
      capture = 0
    end
    if frame == nil then
      frame = 0
    end
    return setmetatable({ text = text, capture = capture, frame = frame }, M.Sign)
  end
  py.done(M.Sign)

  -- Whether the phone registered, and how that is known (design: Registration).
  M.Registration = py.struct("Registration", { "state", "basis", "answer", "signs" })

  function M.Registration.make(state, basis, answer, signs)
    if signs == nil then
      signs = { n = 0 }
    end
    return setmetatable({
      state = state,
      basis = basis,
      answer = answer,
      signs = signs,
    }, M.Registration)
  end
  py.done(M.Registration)

  -- What a closed run adds up to (`outcome.verdict`).
  M.Verdict = py.struct("Verdict", { "dialect", "kind", "outcome", "registration", "stopped_at", "layer", "failed" })

  function M.Verdict.make(dialect, kind, outcome, registration, stopped_at, layer, failed)
    return setmetatable({
      dialect = dialect,
      kind = kind,
      outcome = outcome,
      registration = registration,
      stopped_at = stopped_at,
      layer = layer,
      failed = failed,
    }, M.Verdict)
  end

  -- It reached its 2xx, seen or inferred.
  function M.Verdict.__get.succeeded(self)
    if self.registration ~= nil then
      local value1 = self.registration.state
      return value1 == "registered" or value1 == "deregistered"
    end
    return self.outcome == "agreed" or self.outcome == "bypassed" or self.outcome == "not-used"
  end
  py.done(M.Verdict)

  -- What those who know the secrets can say of the credentials (`authentication`).
  M.Authentication = py.struct("Authentication", { "response", "response_note", "d_ver", "d_ver_note", "network", "auts", "ahead" })

  function M.Authentication.make(response, response_note, d_ver, d_ver_note, network, auts, ahead)
    if response == nil then
      response = ""
    end
    if response_note == nil then
      response_note = ""
    end
    if d_ver == nil then
      d_ver = ""
    end
    if d_ver_note == nil then
      d_ver_note = ""
    end
    return setmetatable({
      response = response,
      response_note = response_note,
      d_ver = d_ver,
      d_ver_note = d_ver_note,
      network = network,
      auts = auts,
      ahead = ahead,
    }, M.Authentication)
  end
  py.done(M.Authentication)

  -- What later runs of the same client need to know of an earlier one.
  M.Past = py.struct("Past", { "number", "dialect", "kind", "method", "outcome", "registered", "offered", "code", "listed", "listed_for", "call_id", "cseq", "nonce" })

  function M.Past.make(number, dialect, kind, method, outcome, registered, offered, code, listed, listed_for, call_id, cseq, nonce)
    if offered == nil then
      offered = { n = 0 }
    end
    if code == nil then
      code = 0
    end
    if listed == nil then
      listed = { n = 0 }
    end
    if listed_for == nil then
      listed_for = { n = 0 }
    end
    if call_id == nil then
      call_id = ""
    end
    if cseq == nil then
      cseq = -1
    end
    if nonce == nil then
      nonce = ""
    end
    return setmetatable({
      number = number,
      dialect = dialect,
      kind = kind,
      method = method,
      outcome = outcome,
      registered = registered,
      offered = offered,
      code = code,
      listed = listed,
      listed_for = listed_for,
      call_id = call_id,
      cseq = cseq,
      nonce = nonce,
    }, M.Past)
  end

  -- RAND of its last challenge, empty where it was no AKA.
  function M.Past.__get.rand(self)
    local value1
    if self.nonce ~= "" then
      value1 = parse_aka_nonce(self.nonce)[1]
    end
    local nonce = value1
    return nonce == nil and "" or nonce.rand
  end
  py.done(M.Past)

  return M
end

-- What the rooms know as plain tables for Wireshark's part: arrays from 1 on, frames as numbers.

return function(import)
  local py = import("runtime.python")
  local verdicts = import("report.verdict")
  local steps = import("report.steps")
  local whole = import("report.closed").whole
  local naming = import("agreement.naming")
  local parse_aka_nonce = import("sip.digest").parse_aka_nonce

  local M = {}

  local function array(list)
    local out = {}
    for i, value in py.each(list or { n = 0 }) do
      out[i] = value
    end
    return out
  end

  local function number_of(frame)
    return frame and frame[2]
  end

  local function numbers(frames)
    local out = {}
    for i, frame in py.each(frames) do
      out[i] = frame[2]
    end
    return out
  end

  -- ---- lists and their comparison

  local function elements(listed)
    return listed and listed.elements or nil
  end

  -- Of a comparison: its level and kind, the smallest edit, and a row for each step of that.
  function M.comparison(found, against)
    if found == nil then
      return nil
    end
    local rows = {}
    for i, change in py.each(found.changes) do
      rows[i] = { text = change.words, parameters = { change.parameter }, kind = change.kind }
    end
    return { level = found.level, kind = found.kind, edit = found.edit, against = against, rows = rows }
  end

  local function nonce_of(message)
    local challenge = message.code ~= 0 and message.challenge or nil
    local text = challenge and challenge.nonce
    if not text then
      return nil
    end
    local nonce = parse_aka_nonce(text)[1]
    if nonce == nil then
      return nil
    end
    local octets = nonce.rand .. nonce.sqn_ak .. nonce.amf .. nonce.mac .. nonce.server_data
    return { text = text, octets = octets }
  end

  -- What one message says of the agreement, and against which list it was compared.
  function M.said(place)
    local message = place.message
    return {
      client = elements(place.client),
      server = elements(place.server),
      verify = elements(place.verify),
      comparison = M.comparison(place.comparison),
      nonce = nonce_of(message),
    }
  end

  -- ---- exchanges

  local function not_checked(reasons)
    local rows = {}
    for reason, ids in reasons:pairs() do
      rows[#rows + 1] = { reason = reason, rules = array(ids) }
    end
    return rows
  end

  local function step(made, before)
    local frames = {}
    for i, frame in py.each(made.frames) do
      frames[i] = frame.frame
    end
    return {
      role = made.role,
      round = made.round,
      frame = made.frame,
      frames = frames,
      time = made.time,
      since = before and made.time - before or nil,
      summary = made.summary,
      method = made.method,
      code = made.code,
      src = made.src,
      dst = made.dst,
      leg = made.leg,
      protection = made.protection,
      sa = made.sa or "",
      inferred = made.inferred or nil,
      client = array(made.client),
      server = array(made.server),
      verify = array(made.verify),
    }
  end

  -- How the lists of each step compare, by its number; `offer` has it where it repeats a list.
  local function comparisons(run)
    local found = {}
    for i, one in py.each(run.steps) do
      if one.place and (one.role == "verify" or one.role == "offer") then
        found[i] = one.place.comparison
      end
    end
    return found
  end

  -- Which steps got no answer that was seen: told while messages still know their answers.
  local function unanswered(run)
    local found = {}
    for i, one in py.each(run.steps) do
      local message = one.place and one.place.message
      local first = message and (message.original or message)
      found[i] = first ~= nil and first.is_request and first.final == nil and first.provisional == nil
    end
    return found
  end

  -- What is kept of a closed run until somebody looks.
  function M.keep(run, closed)
    return {
      run = closed,
      kept = steps.keep(run),
      unanswered = unanswered(run),
      comparisons = comparisons(run),
    }
  end

  local function frames_by_role(list)
    local links = {}
    for _, one in ipairs(list) do
      links[one.role] = one.frame
    end
    return links
  end

  -- A closed run. `findings` are those of the report about it.
  function M.exchange(closed, findings)
    local model = whole(closed.run, closed.kept)
    local verdict = verdicts.judge(model, findings)
    local list, before = {}, nil
    for i, one in py.each(model.steps) do
      list[i] = step(one, before)
      list[i].unanswered = closed.unanswered[i] or nil
      local against = one.comparison and one.comparison.against
      list[i].comparison = M.comparison(closed.comparisons[i], against and against.frame)
      before = one.time
    end
    local registration = model.registration
    return {
      id = model.id,
      key = model.key,
      dialect = model.dialect,
      kind = model.kind,
      method = model.method,
      call_id = model.call_id,
      imsi = model.identity.imsi,
      impi = model.identity.impi,
      impu = model.identity.impu,
      registration = registration,
      state = registration and registration.state,
      basis = registration and registration.basis,
      outcome = model.outcome,
      stopped_at = model.stopped_at,
      layer = model.layer,
      word = verdict.word,
      verdict = verdict.headline,
      party = verdict.party,
      steps = list,
      links = frames_by_role(list),
      missing = array(model.missing),
      not_checked = not_checked(model.not_checked),
      findings = findings,
    }
  end

  -- A run that goes on: what is known so far.
  function M.open(run)
    local list, before = {}, nil
    for i, one in py.each(run.steps) do
      local place = one.place
      local message = place and place.message
      list[i] = {
        role = one.role,
        round = one.round,
        frame = one.frame,
        frames = message and message.frames.n > 1 and array(message.frames) or {},
        time = one.time,
        since = before and one.time - before or nil,
        summary = message and (message.is_request and message.method or ("%d %s"):format(message.code, message.reason))
          or "ESP, not read",
        method = message and message.is_request and message.method or nil,
        code = message and not message.is_request and message.code or nil,
        leg = place and place.leg or "gm",
        protection = place and place.protection or "esp",
        sa = one.sa,
        inferred = place == nil or nil,
        comparison = place and (one.role == "verify" or one.role == "offer") and M.comparison(place.comparison) or nil,
        src = message and naming.endpoint_text(message.src, message.sport) or naming.address_text(one.esp.src),
        dst = message and naming.endpoint_text(message.dst, message.dport) or naming.address_text(one.esp.dst),
      }
      before = one.time
    end
    return {
      id = ("E%d"):format(run.number),
      method = run.method,
      call_id = run.call_id,
      steps = list,
      links = frames_by_role(list),
      missing = {},
      not_checked = {},
      findings = {},
      open = true,
    }
  end

  -- ---- findings

  -- One finding of the judge.
  function M.finding(one)
    local again = {}
    for i, other in py.each(one.again) do
      again[i] = { frame = number_of(other[1]), seen = other[2] }
    end
    return {
      id = one.id,
      rule = one.rule,
      name = one.name,
      severity = one.severity,
      class = one.class_,
      effect = one.effect,
      note = one.effect == "none",
      party = one.party,
      peer = one.peer,
      title = one.title,
      detail = one.detail,
      frame = number_of(one.frame or one.frames[1]),
      frames = numbers(one.frames),
      expected = one.expected,
      seen = one.seen,
      parameter = one.parameter,
      spec = one.grade == "P" and one.spec or nil,
      means = one.means,
      cause = one.cause,
      fix = one.fix,
      exchange = one.exchange,
      agreement = one.agreement,
      explained_by = one.explained_by,
      count = one.count,
      again = again,
      exchanges = array(one.exchanges),
    }
  end

  -- ---- associations

  -- A set of SAs, as its announcement gives it.
  function M.association(event)
    local sas = {}
    for i, sa in py.each(event.sas) do
      sas[i] = { name = sa.name, spi = sa.spi, src = sa.src, dst = sa.dst, sport = sa.sport, dport = sa.dport }
    end
    local first = event.sas[1]
    return {
      id = ("A%d"):format(first.owner),
      text = ("%s (%s, %s)"):format(("A%d"):format(first.owner), first.alg, first.ealg),
      alg = first.alg,
      ealg = first.ealg,
      nonce = first.nonce,
      sas = sas,
      live = true,
    }
  end

  return M
end

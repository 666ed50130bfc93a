-- Made from analyzer/rules/finding.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local SEVERITIES = import("rules.rule").SEVERITIES
  local START = import("agreement.order").START
  local UNKNOWN = import("rules.effects").UNKNOWN
  local effect_of = import("rules.effects").effect_of
  local M = {}

  M.FINGERPRINT = 16

  -- Where a finding stands: the stable key and the id of its exchange, and who the peers are.
  M.Site = py.struct("Site", { "exchange", "key", "agreement", "ending", "peers" })

  function M.Site.make(exchange, key, agreement, ending, peers)
    if key == nil then
      key = ""
    end
    if ending == nil then
      ending = UNKNOWN
    end
    if peers == nil then
      peers = py.dict()
    end
    return setmetatable({
      exchange = exchange,
      key = key,
      agreement = agreement,
      ending = ending,
      peers = peers,
    }, M.Site)
  end
  py.done(M.Site)

  -- One deviation at one place. `frames` in the order of the capture, `frame` is its anchor.
  M.Finding = py.struct("Finding", { "rule", "name", "severity", "class_", "effect", "party", "title", "fingerprint", "frame", "frames", "spec", "grade", "clause", "means", "cause", "fix", "explains", "id", "detail", "exchange", "agreement", "role", "peer", "expected", "seen", "parameter", "lowered_by", "explained_by", "count", "again", "exchanges", "order" })

  function M.Finding.make(rule, name, severity, class_, effect, party, title, fingerprint, frame, frames, spec, grade, clause, means, cause, fix, explains, id, detail, exchange, agreement, role, peer, expected, seen, parameter, lowered_by, explained_by, count, again, exchanges, order)
    if explains == nil then
      explains = { n = 0 }
    end
    if id == nil then
      id = ""
    end
    if lowered_by == nil then
      lowered_by = { n = 0 }
    end
    if count == nil then
      count = 1
    end
    if again == nil then
      again = { n = 0 }
    end
    if exchanges == nil then
      exchanges = { n = 0 }
    end
    if order == nil then
      order = START
    end
    return setmetatable({
      rule = rule,
      name = name,
      severity = severity,
      class_ = class_,
      effect = effect,
      party = party,
      title = title,
      fingerprint = fingerprint,
      frame = frame,
      frames = frames,
      spec = spec,
      grade = grade,
      clause = clause,
      means = means,
      cause = cause,
      fix = fix,
      explains = explains,
      id = id,
      detail = detail,
      exchange = exchange,
      agreement = agreement,
      role = role,
      peer = peer,
      expected = expected,
      seen = seen,
      parameter = parameter,
      lowered_by = lowered_by,
      explained_by = explained_by,
      count = count,
      again = again,
      exchanges = exchanges,
      order = order,
    }, M.Finding)
  end

  -- Whether it counts for verdict and exit code.
  function M.Finding:counts(strict)
    if strict == nil then
      strict = false
    end
    return strict or self.effect ~= "none"
  end

  -- Whether it is as bad as `severity`, or worse.
  function M.Finding:at_least(severity)
    return py.index(SEVERITIES, self.severity) <= py.index(SEVERITIES, severity)
  end
  py.done(M.Finding)

  -- The finding of a rule that fired at a site.
  function M.finding(fired, site, order)
    if order == nil then
      order = START
    end
    local rule = fired.rule
    local frames = M._frames(fired.cited)
    local own = fired.subject.frames
    local peer = site.peers:get(fired.party)
    return M.Finding.make(rule.id, rule.name, fired.severity, rule.class_, effect_of(rule, fired.severity, fired.role, fired.loud, site.ending), fired.party, rule.title, M.fingerprint(rule.id, site.key, peer or "", fired.parameter or ""), own.n > 0 and own[1] or nil, frames, rule.spec, rule.grade, rule.clause, rule.means, rule.cause, rule.fix, rule.explains, nil, fired.detail, site.exchange, site.agreement, fired.role, peer, fired.expected, fired.seen, fired.parameter, fired.lowered_by, nil, nil, nil, nil, order)
  end

  -- The finding at another site: that of the run it belongs to, now that its ending is known.
  function M.moved(one, fired, site)
    one.exchange = site.exchange
    local value1 = site.peers:get(fired.party)
    if (value1 or "") == "" then
      value1 = one.peer
    end
    one.peer = value1
    one.fingerprint = M.fingerprint(one.rule, site.key, one.peer or "", one.parameter or "")
    one.effect = effect_of(fired.rule, fired.severity, fired.role, fired.loud, site.ending)
    return one
  end

  M.fingerprint = import("substitutes").fingerprint

  -- Findings in the order of reports (worst first, then by frame), with their ids F1, F2, ...
  function M.number(findings)
    local ordered = py.sorted(findings, M._order)
    for place, one in py.each(ordered) do
      one.id = "F" .. str.of(place)
    end
    return ordered
  end

  -- The same once more when it is known what explains what: what a reader meets first has the
  function M.number_again(findings)
    local ordered = py.sorted(findings, M._weight)
    local dict1 = py.dict()
    for place, one in py.each(ordered) do
      dict1:set(one.id, "F" .. str.of(place))
    end
    local names = dict1
    for _, one in py.each(ordered) do
      one.id = names:get(one.id)
      if one.explained_by ~= nil then
        one.explained_by = names:get(one.explained_by)
      end
    end
    return ordered
  end

  function M._weight(one)
    return { one.effect == "none", one.explained_by ~= nil, n = 2 }
  end

  function M._order(one)
    return { py.index(SEVERITIES, one.severity), one.frame and one.frame.n > 0 and one.frame or { 0, 0, n = 2 }, one.rule, one.fingerprint, n = 4 }
  end

  function M._frames(cited)
    local set1 = py.set()
    for _, one in py.each(cited) do
      for _, frame in py.each(one.frames) do
        set1:add(frame)
      end
    end
    return py.sorted(set1)
  end

  return M
end

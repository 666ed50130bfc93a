-- Made from analyzer/agreement/hidden.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local HEARD = import("agreement.states").HEARD
  local HIDDEN_ANSWER = import("agreement.states").HIDDEN_ANSWER
  local HIDDEN_REQUEST = import("agreement.states").HIDDEN_REQUEST
  local LATER = import("limits").LATER
  local M = {}

  M.SMALLEST_SIP = 200

  -- Moves runs on by unread ESP; `tell` hears of each whose result is likely now.
  M.Hidden = py.class("Hidden")

  function M.Hidden.make(settlements, tell)
    local self = setmetatable({}, M.Hidden)
    self._settlements = settlements
    self._tell = tell
    return self
  end

  -- An unread packet on an announced set: the request or the answer that is due next.
  function M.Hidden:on_set(association, flow, esp)
    local exchange = association.exchange
    if exchange == nil or (exchange.closed or esp.length < M.SMALLEST_SIP) then
      return
    end
    if association ~= exchange.association then
      return
    end
    local to_server = flow.direction == "to-server"
    local event = to_server and HIDDEN_REQUEST or HIDDEN_ANSWER
    if exchange:accepts(event) then
      exchange:apply(event, esp, flow.name)
      if event == HIDDEN_ANSWER then
        self._settlements:settle(exchange, esp.time)
        self._tell(exchange)
      end
    elseif exchange.state == HEARD then
      if exchange.later.n < LATER then
        py.append(exchange.later, esp)
      end
    end
  end

  -- An unread packet on an SPI that nobody announced: a list may not have been read.
  function M.Hidden:on_stray(access, flow, esp)
    local exchange = M.youngest(access)
    if exchange == nil or esp.length < M.SMALLEST_SIP then
      return
    end
    if flow.direction == "to-server" then
      if exchange:accepts(HIDDEN_REQUEST) then
        exchange:apply(HIDDEN_REQUEST, esp, "")
      end
    elseif flow.provisional then
      self:_provisional_answer(exchange, esp)
    end
  end

  -- A new SPI towards the client: of the set whose offer could not be read.
  function M.Hidden:_provisional_answer(exchange, esp)
    local association = exchange.association
    if association == nil or association.client ~= nil then
      return
    end
    if exchange:accepts(HIDDEN_ANSWER) then
      exchange:apply(HIDDEN_ANSWER, esp, "")
      self._settlements:settle(exchange, esp.time)
    end
  end
  py.done(M.Hidden)

  -- The newest run here that announced a set and is not closed.
  function M.youngest(access)
    for _, association in py.each(py.reversed(access.associations)) do
      if association.exchange ~= nil then
        return association.exchange
      end
    end
    return nil
  end

  return M
end

-- Made from analyzer/agreement/later.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ASKED = import("limits").ASKED
  local DIALOGS = import("limits").DIALOGS
  local Dialog = import("agreement.items").Dialog
  local FORKED = import("limits").FORKED
  local Loose = import("agreement.items").Loose
  local LooseTransaction = import("agreement.items").LooseTransaction
  local Request = import("agreement.items").Request
  local M = {}

  M.IN_DIALOGS = py.set({
    "ACK", "BYE", "CANCEL", "INFO", "INVITE", "NOTIFY", "PRACK", "REFER", "SUBSCRIBE",
    "UPDATE",
    n = 10,
  })

  M.OPENING = py.set({ "INVITE", "REFER", "SUBSCRIBE", n = 3 })

  -- The requests that wait; `put` takes what is handed on.
  M.Later = py.class("Later")

  function M.Later.make(settlements, put)
    local self = setmetatable({}, M.Later)
    self._settlements = settlements
    self._put = put
    self._asked = py.dict()
    self._forked = py.dict()
    self._most_asked = 0
    self._most_forked = 0
    return self
  end

  -- It is handed on when its answer came, or at the end.
  function M.Later:request(place, order)
    local message = place.message
    if message.original ~= nil then
      self:_again(message.original)
      self._put(Loose.make(place))
      return
    end
    local request = self:_followed(place)
    if message.method == "ACK" then
      self._put(Loose.make(place))
      return
    end
    if self._asked.size >= ASKED then
      self._put(Loose.make(self._asked:popitem(false)[2][1]))
    end
    self._asked:set(py.identity(message), { place, request, order, n = 3 })
    self._most_asked = math.max(self._most_asked, self._asked.size)
  end

  -- How near each bound came.
  function M.Later.__get.bounds(self)
    return py.dict_of({ { "asked", { self._most_asked, ASKED, n = 2 }, n = 2 }, { "forked", { self._most_forked, FORKED, n = 2 }, n = 2 }, n = 2 })
  end

  -- It began a run after all: it waits here no longer.
  function M.Later:take(request)
    local asked = self._asked:pop(py.identity(request))
    local value1
    if asked == nil then
      value1 = nil
    else
      value1 = asked[1]
    end
    return value1
  end

  -- Whether it is the final answer of a request that waited; the two are handed on.
  function M.Later:response(place)
    local message = place.message
    if message.request == nil then
      return false
    end
    local key = py.identity(message.request)
    local asked
    if message.code < 200 then
      asked = self._asked:get(key)
      if asked ~= nil and asked[2] ~= nil then
        M._early(asked[2], message)
      end
      return false
    end
    asked = self._asked:pop(key)
    if asked == nil then
      self:_fork(key, message)
      return false
    end
    local request_place, request = asked[1], asked[2]
    if request ~= nil then
      self:_final(request, request_place.message, message)
    end
    self._put(LooseTransaction.make(request_place, place))
    return true
  end

  -- What still waits, with where it stands in the order of the sweep.
  function M.Later:finish()
    local given = { n = 0 }
    for _, item1 in self._asked:pairs() do
      local place, order = item1[1], item1[3]
      py.append(given, { order, Loose.make(place), n = 2 })
    end
    self._asked:clear()
    self._forked:clear()
    return given
  end

  -- The request as traffic of the agreement that it is on; None where there is none.
  function M.Later:_followed(place)
    local association = place.on or place.in_force
    if association == nil then
      return nil
    end
    local message = place.message
    local request = Request.make(message.time, message.capture, message.frame, message.method, place.sa, place.protection, nil, nil, nil, nil, place.from_client, message.method ~= "ACK", nil, nil, nil, nil, nil, message.transport)
    if M.IN_DIALOGS:has(message.method) then
      request.call_id, request.in_dialog = message.call_id, message.to_tag ~= ""
      if request.in_dialog then
        request.dialog = py.set({ message.from_tag, message.to_tag, n = 2 })
      end
    end
    self._settlements:followed(association, request)
    return request
  end

  -- A retransmission, seen as the same octets once more.
  function M.Later:_again(original)
    local asked = self._asked:get(py.identity(original))
    if asked ~= nil and asked[2] ~= nil then
      asked[2].tries = asked[2].tries + 1
    end
  end

  function M.Later:_final(request, asked, answer)
    request.code = answer.code
    request.answer = { answer.capture, answer.frame, n = 2 }
    request.delay = answer.time - request.time
    M._early(request, answer)
    if M.OPENING:has(request.method) and (not request.in_dialog and answer.code < 300) then
      if self._forked.size >= FORKED then
        self._forked:popitem(false)
      end
      self._forked:set(py.identity(asked), { asked, request, n = 2 })
      self._most_forked = math.max(self._most_forked, self._forked.size)
    end
  end

  -- A further 2xx to a request that had its final answer: of another branch of the fork.
  function M.Later:_fork(key, message)
    local forked = self._forked:get(key)
    if forked ~= nil and (message.original == nil and message.code < 300) then
      M._early(forked[2], message)
    end
  end
  py.done(M.Later)

  -- What a response says of the dialogs that its request opens (RFC 3261 12.1).
  function M._early(request, response)
    local code = response.code
    if code < 200 then
      request.provisional = math.max(request.provisional, code)
    end
    if request.in_dialog or (code <= 100 or not M.OPENING:has(request.method)) then
      return
    end
    local tag = response.to_tag
    if tag == "" then
      return
    end
    local delay = response.time - request.time
    for _, dialog in py.each(request.dialogs) do
      if dialog.tags:has(tag) then
        dialog.code = math.max(dialog.code, code)
        dialog.frame = { response.capture, response.frame, n = 2 }
        dialog.delay = delay
        return
      end
    end
    if request.dialogs.n < DIALOGS then
      local tags = py.set({ response.from_tag, tag, n = 2 })
      local made = Dialog.make(tags, code, { response.capture, response.frame, n = 2 }, delay)
      request.dialogs = py.concat(request.dialogs, { made, n = 1 })
    end
  end

  return M
end

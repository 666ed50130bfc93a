-- Made from analyzer/agreement/states.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- Where a run stands.
  M.State = {
    BEGUN = "begun",
    OFFERED = "offered",
    CHALLENGED = "challenged",
    ANSWERED = "answered",
    HEARD = "heard",
    DONE = "done",
  }

  -- What a message, or an ESP packet that cannot be opened, does to a run.
  M.Event = {
    REQUEST = "request",
    ANSWER = "answer",
    FAILURE = "failure",
    RETRY = "retry",
    HIDDEN_REQUEST = "hidden request",
    PROVISIONAL = "provisional",
    CHALLENGE = "challenge",
    ACCEPT = "accept",
    REJECT = "reject",
    HIDDEN_ANSWER = "hidden answer",
  }

  M.BEGUN = "begun"

  M.OFFERED = "offered"

  M.CHALLENGED = "challenged"

  M.ANSWERED = "answered"

  M.HEARD = "heard"

  M.DONE = "done"

  M.REQUEST = "request"

  M.ANSWER = "answer"

  M.FAILURE = "failure"

  M.RETRY = "retry"

  M.HIDDEN_REQUEST = "hidden request"

  M.PROVISIONAL = "provisional"

  M.CHALLENGE = "challenge"

  M.ACCEPT = "accept"

  M.REJECT = "reject"

  M.HIDDEN_ANSWER = "hidden answer"

  M.TABLE = py.dict_of({
    { { "begun", "request", n = 2 }, { "offered", "offer", n = 2 }, n = 2 },
    { { "begun", "challenge", n = 2 }, { "challenged", "challenge", n = 2 }, n = 2 },
    { { "offered", "provisional", n = 2 }, { "offered", "other", n = 2 }, n = 2 },
    { { "offered", "challenge", n = 2 }, { "challenged", "challenge", n = 2 }, n = 2 },
    { { "offered", "answer", n = 2 }, { "answered", "verify", n = 2 }, n = 2 },
    { { "offered", "failure", n = 2 }, { "offered", "failure-report", n = 2 }, n = 2 },
    { { "offered", "accept", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "offered", "reject", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "challenged", "answer", n = 2 }, { "answered", "verify", n = 2 }, n = 2 },
    { { "challenged", "hidden request", n = 2 }, { "answered", "verify", n = 2 }, n = 2 },
    { { "challenged", "failure", n = 2 }, { "offered", "failure-report", n = 2 }, n = 2 },
    { { "challenged", "retry", n = 2 }, { "offered", "offer", n = 2 }, n = 2 },
    { { "challenged", "accept", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "challenged", "reject", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "answered", "provisional", n = 2 }, { "answered", "other", n = 2 }, n = 2 },
    { { "answered", "answer", n = 2 }, { "answered", "verify", n = 2 }, n = 2 },
    { { "answered", "hidden request", n = 2 }, { "answered", "retransmission", n = 2 }, n = 2 },
    { { "answered", "hidden answer", n = 2 }, { "heard", "result", n = 2 }, n = 2 },
    { { "answered", "challenge", n = 2 }, { "challenged", "challenge", n = 2 }, n = 2 },
    { { "answered", "failure", n = 2 }, { "offered", "failure-report", n = 2 }, n = 2 },
    { { "answered", "accept", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "answered", "reject", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "heard", "challenge", n = 2 }, { "challenged", "challenge", n = 2 }, n = 2 },
    { { "heard", "accept", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    { { "heard", "reject", n = 2 }, { "done", "result", n = 2 }, n = 2 },
    n = 25,
  })

  M.WAITING = py.set({ "answered", "challenged", "offered", n = 3 })

  M.NEW_ROUND = py.set({ "failure", "retry", n = 2 })

  M.CHALLENGES = py.set({ 401, 407, 421, 494, n = 4 })

  -- The event that a response with this status code is, in this state of the run.
  function M.response_event(code, state)
    if code < 200 then
      return M.PROVISIONAL
    end
    if code < 300 then
      return M.ACCEPT
    end
    if M.CHALLENGES:has(code) and not (code == 494 and state ~= M.OFFERED) then
      return M.CHALLENGE
    end
    return M.REJECT
  end

  return M
end

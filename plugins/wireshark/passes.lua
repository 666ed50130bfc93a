-- When the analysis is run, and on what.
--
-- Each frame is taken down when its data is seen first, whichever pass that is: a first pass of
-- `tshark -2` without a filter has no fields, one with a filter has them. Nothing is analysed until
-- somebody looks. In a first pass a frame sees what stands before it; once a frame comes again, all
-- was read, and the run is finished. Where frames follow after that (a live capture) it is run
-- again, when so many came that this costs no more than what was spent before. What it takes is
-- imported then: a pass that nobody looks at does not compile it.

return function(import)
  local M = {}
  local extraction = import("wireshark.extraction")
  local limits = import("limits")
  local plans = import("wireshark.plans")
  local record = import("wireshark.record")

  local AGAIN = 0.1 -- of the records: so many new ones, and a finished run is made anew
  local FEW = 100 -- records of which a finished run is made anew for each new one
  local FRESH = 60 -- seconds in which a running capture is thought to bring more
  local IPSEC = "ipsec-3gpp" -- mechanism-name of lists that announce ESP (TS 33.203 Annex H)
  local PIECE = 25 -- records between two questions whether to go on

  local state
  local busy = false -- `analyse` feeds a run, and Wireshark's window may ask for frames meanwhile

  M.windowed = false -- looks come from a window
  M.kept = false -- a tap of ours wants what was taken down
  M.opens = nil -- makes what opens ESP that Wireshark leaves closed, where that is wanted
  M.learn = function() end -- told the plan of a frame that is new, and its number

  -- Whether more may come: frames came after a finished run, or the last one is of this moment.
  function M.growing()
    if not M.windowed or not state.start then
      return false
    end
    local now = os.time()
    local newest = state.start + state.store.latest / 1e9
    return math.abs(now - newest) < FRESH or (state.grown ~= nil and now - state.grown < FRESH)
  end

  -- Another file, or the same anew. `settings` go to the analysis.
  function M.reset(settings)
    state = { store = record.new(), late = {} } -- late: frames that came behind the finished run's last
    M.settings = settings or {}
  end

  -- Most of what a run makes is garbage at once, what it keeps grows with the capture: the collector
  -- begins anew when half as much again is there, not twice as much, and is quick about it.
  local function begun()
    collectgarbage("setpause", 150)
    collectgarbage("setstepmul", 400)
    return { run = import("analysis").new(M.settings), fed = 0, edition = state.store.edition }
  end

  local function feed(one, last)
    local store, feeding = state.store, import("wireshark.feeding")
    for at = one.fed + 1, last do
      feeding.feed(one.run, store.items[at])
    end
    one.fed = last
  end

  local function fits(one)
    return one and one.edition == state.store.edition
  end

  -- The run up to the frames seen so far, which goes on.
  local function live()
    if not fits(state.live) then
      state.live = begun()
    end
    feed(state.live, state.store.count)
    return state.live.run
  end

  -- A run that goes along in a window stays so near that no look has to wait: ESP would be opened up
  -- to there and no further.
  local function keep_up()
    local one = state.live
    if M.windowed and not busy and fits(one) and state.store.count - one.fed >= limits.AT_ONCE then
      feed(one, state.store.count)
    end
  end

  -- The run that is to be finished next. One that was stopped goes on; the one that went along is
  -- taken the first time; where frames came after it, a further one is made beside it.
  local function next_run()
    if fits(state.stopped) then
      return state.stopped
    elseif not state.whole and fits(state.live) then
      local one = state.live
      state.live = nil
      return one
    end
    return begun()
  end

  local function finish(one)
    one.run:finish(state.store.latest)
    one.last = state.store.last
    state.whole, state.stopped, state.asked, state.late = one, nil, false, {}
    return one.run
  end

  -- The run over everything that was read, finished.
  local function whole()
    local one = next_run()
    feed(one, state.store.count)
    return finish(one)
  end

  -- Whether the finished run knows all there is.
  local function up_to_date()
    return fits(state.whole) and state.whole.fed == state.store.count
  end

  -- Records that came, those in between too, or went since a run was made.
  local function lacking(one)
    return math.max(state.store.count - one.fed, state.store.edition - one.edition)
  end

  -- Whether a finished run is to be made anew. One frame in between is no reason: a damaged capture
  -- may have many that only a second pass makes sense of.
  local function worth_a_run()
    local one = state.whole
    return not one or lacking(one) > (state.store.count > FEW and one.fed * AGAIN or 0)
  end

  -- Whether the records that this run lacks (nil: all) take longer than a window may stand still.
  local function long(one)
    local fed = fits(one) and one.fed or 0
    return M.windowed and (busy or state.store.count - fed > limits.AT_ONCE)
  end

  -- Rows are printed as they come, there is no GUI and no tap of ours: nobody looks later.
  -- Columns are filled in a single pass and in the last of several, in no first one.
  local function for_nobody(pinfo, wanted)
    if M.kept or gui_enabled() or wanted() then
      return false
    end
    return pinfo.visited or tostring(pinfo.cols.info) ~= "(info)"
  end

  -- Nanoseconds since the first frame. A reference that the user set for the times shown moves
  -- `rel_ts`; the other clock, of some hundred nanoseconds, tells.
  function M.time(pinfo)
    local relative, absolute = pinfo.rel_ts, pinfo.abs_ts
    local start = absolute - relative
    if not state.start then
      state.start = start
    elseif start - state.start > 1e-5 or state.start - start > 1e-5 then
      relative = absolute - state.start
    end
    return math.floor(relative * 1e9 + 0.5)
  end

  -- Somebody looked who has to wait. Where more comes all the time an older run has to do.
  local function ask()
    state.asked = state.asked or not (state.whole and M.growing())
  end

  -- The run that knows most of what stands before a frame, see `look`.
  local function best(frame, again)
    if again then
      if not up_to_date() and worth_a_run() and not long(not state.whole and state.live) then
        return whole(), true
      elseif state.whole and (state.late[frame] or frame <= state.whole.last) then
        if worth_a_run() then
          ask()
        end
        return state.whole.run, true
      end
    end
    if long(state.live) then
      ask()
      return nil
    end
    return live(), false
  end

  -- The run that knows most of a frame, and whether it is finished. `again`: the frame was seen
  -- before, so all there was by then is read. Nil where a window has to wait for `analyse`, or the
  -- frame was taken down behind the finished run, which is not made anew for it.
  function M.look(frame, again)
    local run, finished = best(frame, again or state.late[frame])
    if not run or (finished and state.late[frame]) then
      return nil
    end
    return run, finished and again
  end

  -- The finished run over all that was read; in a window the last one that `analyse` finished, where
  -- another takes long.
  function M.everything()
    if up_to_date() or (fits(state.whole) and long(nil)) then
      return state.whole.run
    end
    return whole()
  end

  -- Whether somebody looked who got nothing, and nobody stopped what is to be run for it.
  function M.asked()
    return state.asked and not state.stopped and not busy
  end

  -- How many of the records the next finished run has, and how many there are.
  function M.progress()
    return fits(state.stopped) and state.stopped.fed or 0, state.store.count
  end

  -- Whether `everything` would let a window stand still.
  function M.due()
    return not up_to_date() and long(not state.whole and state.live)
  end

  local function advance(one, go_on)
    local mine = state
    while state == mine and fits(one) and one.fed < mine.store.count do
      feed(one, math.min(one.fed + PIECE, mine.store.count))
      if not go_on(one.fed, mine.store.count) then
        return false
      end
    end
    return state == mine and fits(one)
  end

  -- Make the finished run, a few records at a time; `go_on(done, all)` is asked in between, and may
  -- let the window live. Returns whether it is there: not where it was stopped, which can go on
  -- later, nor where another file was opened meanwhile; and whether somebody looked before it was.
  function M.analyse(go_on)
    if busy then
      return false
    end
    local mine, one = state, next_run()
    busy, mine.stopped = true, one
    local worked, done = pcall(advance, one, go_on)
    busy = false
    if not worked then
      mine.stopped = nil
      error(done, 0)
    end
    local waited = mine.asked
    if done then
      finish(one)
    end
    return done, waited
  end

  -- The findings that no frame of this pass could show, now that it is over. None where a finished
  -- run was there, nor where nobody looked and it would cost much to know.
  function M.unshown()
    local looked = state.live ~= nil
    if state.whole or state.store.count == 0 or gui_enabled() or not (looked or M.cheap()) then
      return {}
    end
    return whole():findings()
  end

  -- Whether a look costs little: the run is there, or is made anyway for the ESP that it opens, or
  -- there is little to run it on.
  function M.cheap()
    return not worth_a_run() or state.live ~= nil or state.store.count <= limits.LOOKED
  end

  -- What the frame is once ESP in it was opened that Wireshark left closed. That asks the run for
  -- its SA. It is done for all of a pass or for nothing of it, however much there is: other filters
  -- and statistics count what was opened.
  local function inside(plan, pinfo, root, again)
    if not plan.esp or plan.opened or not M.opens then
      return plan
    end
    local packet = extraction.esp_packet(plan, pinfo)
    if not packet then
      return plan
    end
    local run = best(pinfo.number, again)
    if not run then
      return plan
    end
    state.machine = state.machine or M.opens()
    local name, pair = state.machine.open(packet, run, pinfo, root)
    if not name then
      return plan
    end
    return plans.inside(plan, name, extraction.has_sip(), pair and "decrypted" or "null")
  end

  -- Whether a pass that nobody looks at is short enough so far to be taken down for the ESP in it.
  function M.cheap_to_open()
    return state.store.count < limits.LOOKED
  end

  -- The frame from which on this pass took nothing down, so that ESP may have stayed closed: nil
  -- where it went on to the end, or neither ESP nor a list with it stands before.
  function M.left()
    for at = 1, M.opens and state.left and state.store.count or 0 do
      local item = state.store.items[at]
      if (item.plan and (item.plan.esp or item.plan.opened)) or (item.payload or ""):find(IPSEC, 1, true) then
        return state.left
      end
    end
  end

  -- Whether nobody looks at this pass, now or later: asked of every frame, so cheap.
  function M.idle(pinfo)
    return state.idle and not pinfo.visited
  end

  -- Take down what this frame holds. Returns whether anything in it matters, and whether it was
  -- seen before, so that all there is was read. `wanted` says whether somebody needs it.
  function M.take(pinfo, tvb, root, wanted)
    if not pinfo.visited and for_nobody(pinfo, wanted) then
      state.idle = true -- as long as the pass lasts
      state.left = state.store.count > 0 and pinfo.number or nil
      return false
    end
    local plan = extraction.plan()
    local store, frame = state.store, pinfo.number
    if not plan then
      if plan == false and store.count > 0 then
        store:pass(frame, M.time(pinfo))
      end
      return false
    end
    local time = M.time(pinfo)
    if store:has(frame, time) then
      inside(plan, pinfo, root, pinfo.visited)
      return true, pinfo.visited
    end
    if for_nobody(pinfo, wanted) then
      return false
    end
    local late = frame < store.last
    plan = inside(plan, pinfo, root, late)
    local found = extraction.read(plan, pinfo, tvb, frame, time)
    M.learn(plan, frame)
    if found[1] == nil then
      store:pass(frame, time)
      return false
    end
    store:add(frame, found)
    if late then
      state.late[frame] = true
    end
    keep_up()
    if state.whole then
      state.grown = os.time()
    end
    return true, false
  end

  -- What could not be taken down: how many messages, from which frame on; nil for nothing.
  function M.lost()
    if state.store.lost > 0 then
      return state.store.lost, state.store.lost_from
    end
  end

  -- How far the finished run came: its last frame, the time of the capture in nanoseconds, and
  -- whether more may come.
  function M.reach()
    return { frame = state.whole and state.whole.last or 0, time = state.whole and state.whole.run.latest or 0,
      growing = M.growing() }
  end

  -- What was taken down, in the order of the frames.
  function M.records()
    return state.store.items
  end

  function M.recorded()
    return state.store.count
  end

  M.reset()
  return M
end

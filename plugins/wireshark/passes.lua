-- When the analysis is run, and on what.
--
-- Each frame is taken down when its data is seen first, whichever pass that is: a first pass of
-- `tshark -2` without a filter has no fields, one with a filter has them. Nothing is analysed until
-- somebody looks. In a first pass a frame sees what stands before it; once a frame comes again, all
-- was read, and the run is finished. Where frames follow after that (a live capture) it is run
-- again, when so many came that this costs no more than what was spent before.

return function(import)
  local M = {}
  local analysis = import("analysis")
  local extraction = import("wireshark.extraction")
  local feeding = import("wireshark.feeding")
  local limits = import("limits")
  local plans = import("wireshark.plans")
  local record = import("wireshark.record")

  local AGAIN = 0.1 -- of the records: so many new ones, and a finished run is made anew

  local state

  M.kept = false -- a tap of ours wants what was taken down
  M.opens = nil -- makes what opens ESP that Wireshark leaves closed, where that is wanted
  M.learn = function() end -- told the plan of a frame that is new, and its number

  -- Another file, or the same anew. `settings` go to the analysis.
  function M.reset(settings)
    state = { store = record.new() }
    M.settings = settings or {}
  end

  -- Most of what a run makes is garbage at once, what it keeps grows with the capture: the collector
  -- begins anew when half as much again is there, not twice as much, and is quick about it.
  local function begun()
    collectgarbage("setpause", 150)
    collectgarbage("setstepmul", 400)
    return { run = analysis.new(M.settings), fed = 0, edition = state.store.edition }
  end

  local function feed(one)
    local store = state.store
    for at = one.fed + 1, store.count do
      feeding.feed(one.run, store.items[at])
    end
    one.fed = store.count
  end

  -- The run up to the frames seen so far, which goes on.
  local function live()
    if not state.live or state.live.edition ~= state.store.edition then
      state.live = begun()
    end
    feed(state.live)
    return state.live.run
  end

  -- The run over everything that was read, finished. The one that went along is taken for it the
  -- first time; where frames came after it, a further one is made beside it.
  local function whole()
    local one = not state.whole and state.live
    if one and one.edition == state.store.edition then
      state.live = nil
    else
      one = begun()
    end
    feed(one)
    one.run:finish(state.store.latest)
    state.whole, one.last = one, state.store.last
    return one.run
  end

  -- Whether the finished run knows all there is.
  local function up_to_date()
    local one, store = state.whole, state.store
    return one and one.edition == store.edition and one.fed == store.count
  end

  local function worth_a_run()
    local one, store = state.whole, state.store
    return not one or one.edition ~= store.edition or store.count - one.fed > one.fed * AGAIN
  end

  -- Rows are printed as they come, there is no GUI and no tap of ours: nobody looks later.
  -- Columns are filled in a single pass and in the last of several, in no first one.
  local function for_nobody(pinfo)
    local columns = pinfo.visited or tostring(pinfo.cols.info) ~= "(info)"
    return columns and not M.kept and not gui_enabled()
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

  -- The run that knows most of a frame, and whether it is finished. `again`: the frame was seen
  -- before, so all there was by then is read.
  function M.look(frame, again)
    if again then
      if not up_to_date() and worth_a_run() then
        return whole(), true
      elseif frame <= state.whole.last then
        return state.whole.run, true
      end
    end
    return live(), false
  end

  -- The finished run over all that was read.
  function M.everything()
    return up_to_date() and state.whole.run or whole()
  end

  -- The findings that no frame of this pass could show, now that it is over; and whether somebody
  -- looked. None where a finished run was there, nor where it would cost much to know.
  function M.unshown()
    local looked = state.live ~= nil
    if state.whole or state.store.count == 0 or gui_enabled() or not (looked or M.cheap()) then
      return {}, looked
    end
    return whole():findings(), looked
  end

  -- Whether a look costs little: the run is there, or there is little to run it on.
  function M.cheap()
    return up_to_date() or state.store.count <= limits.LOOKED
  end

  -- What the frame is once ESP in it was opened that Wireshark left closed. That asks the run for
  -- its SA; where nobody looks no further than costs little.
  local function inside(plan, pinfo, root, again, wanted)
    if not plan.esp or plan.opened or not M.opens or not (wanted() or M.cheap()) then
      return plan
    end
    local packet = extraction.esp_packet(plan, pinfo)
    if not packet then
      return plan
    end
    local run = M.look(pinfo.number, again)
    state.machine = state.machine or M.opens()
    local name, pair = state.machine.open(packet, run, pinfo, root)
    if not name then
      return plan
    end
    return plans.inside(plan, name, extraction.has_sip(), pair and "decrypted" or "null")
  end

  -- Whether nobody looks at this pass, now or later: asked of every frame, so cheap.
  function M.idle(pinfo)
    return state.idle and not pinfo.visited
  end

  -- Take down what this frame holds. Returns whether anything in it matters, and whether it was
  -- seen before, so that all there is was read. `wanted` says whether somebody looks.
  function M.take(pinfo, tvb, root, wanted)
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
      inside(plan, pinfo, root, pinfo.visited, wanted)
      return true, pinfo.visited
    end
    if not wanted() and for_nobody(pinfo) then
      state.idle = not pinfo.visited -- as long as the pass lasts
      return false
    end
    plan = inside(plan, pinfo, root, false, wanted)
    local found = extraction.read(plan, pinfo, tvb, frame, time)
    M.learn(plan, frame)
    if found[1] == nil then
      store:pass(frame, time)
      return false
    end
    store:add(frame, found)
    return true, false
  end

  -- What could not be taken down: how many messages, from which frame on; nil for nothing.
  function M.lost()
    if state.store.lost > 0 then
      return state.store.lost, state.store.lost_from
    end
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

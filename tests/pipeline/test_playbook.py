"""Scripts of packets, and what the whole machine says to them (the words: `tests/playbook.py`).

What must come out follows from RFC 3329 2.3, TS 33.203 7 and TS 24.229 5.1.1.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.playbook import ScriptError, check, play

SCRIPTS = {}

SCRIPTS["a registration and a request on its set"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 2.000 ue>p 1:uc>ps MESSAGE 1 verify=1
<< #5 MESSAGE esp-null
>> 2.010 p>ue 1:pc>us 202 1 of=MESSAGE
<< #6 202 esp-null
<< MESSAGE #5 had 202 #6
>> 40.000 passes
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> end
<< A1 of E1 ipsec-3gpp established: MESSAGE #5 202
"""

SCRIPTS["a set announced inside ESP-NULL opens the next packet"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 60.000 ue>p 1:uc>ps REGISTER 3 client=4 verify=1
<< #5 REGISTER esp-null
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> 60.040 p>ue 1:pc>us 401 3 server=4
<< #6 401 esp-null
<< announced uc>ps 0x4001, us>pc 0x4002, pc>us 0x4003, ps>uc 0x4004
>> 60.300 ue>p 4:uc>ps REGISTER 4 client=4 verify=4
<< #7 REGISTER esp-null
>> 60.340 p>ue 4:pc>us 200 4
<< #8 200 esp-null
>> 61.000 ue>p 4:uc>ps MESSAGE 1 verify=4
<< #9 MESSAGE esp-null
>> 61.010 p>ue 4:pc>us 202 1 of=MESSAGE
<< #10 202 esp-null
<< MESSAGE #9 had 202 #10
>> end
<< E2 reauthentication agreed, registered (seen)
<< E2: offer #5 uc>ps, challenge #6 pc>us, verify #7 uc>ps, result #8 pc>us
<< A1 of E1 ipsec-3gpp old
<< A2 of E2 ipsec-3gpp established: MESSAGE #9 202
<< note SYN-18 #5
<< note SYN-18 #6
"""

SCRIPTS["a set that nobody announced opens nothing"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 60.300 ue>p 4:uc>ps MESSAGE 1 verify=4
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> end
<< A1 of E1 ipsec-3gpp established
<< stray 0x4001 from #5
"""

SCRIPTS["a refresh without a challenge keeps the set"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 60.000 ue>p 1:uc>ps REGISTER 3 client=2 verify=1
<< #5 REGISTER esp-null
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> 60.040 p>ue 1:pc>us 200 3
<< #6 200 esp-null
>> 61.000 ue>p 1:uc>ps MESSAGE 1 verify=1
<< #7 MESSAGE esp-null
>> 61.010 p>ue 1:pc>us 202 1 of=MESSAGE
<< #8 202 esp-null
<< MESSAGE #7 had 202 #8
>> end
<< E2 refresh agreed, registered (seen)
<< E2: offer #5 uc>ps, result #6 pc>us
<< A1 of E1 ipsec-3gpp established: MESSAGE #7 202
"""

SCRIPTS["a deregistration ends the set"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 9.000 ue>p 1:uc>ps REGISTER 3 client=2 verify=1 expires=0
<< #5 REGISTER esp-null
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> 9.040 p>ue 1:pc>us 200 3 expires=0
<< #6 200 esp-null
<< ended uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> end
<< E2 deregistration agreed, deregistered (seen)
<< E2: offer #5 uc>ps, result #6 pc>us
<< A1 of E1 ipsec-3gpp dead
"""

SCRIPTS["a synchronisation failure asks for another challenge"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.200 ue>p REGISTER 2 client=2 nonce=1 auts
<< #3 REGISTER clear
>> 0.240 p>ue 401 2 server=2
<< #4 401 clear
<< ended uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
<< announced uc>ps 0x2001, us>pc 0x2002, pc>us 0x2003, ps>uc 0x2004
>> 0.500 ue>p 2:uc>ps REGISTER 3 client=2 verify=2
<< #5 REGISTER esp-null
>> 0.540 p>ue 2:pc>us 200 3
<< #6 200 esp-null
>> end
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, failure-report #3, challenge #4, verify #5 uc>ps, result #6 pc>us
<< A1 of E1 ipsec-3gpp dead
<< A2 of E1 ipsec-3gpp established
"""

SCRIPTS["digest is agreed without TLS"] = """
>> 0.000 ue>p REGISTER 1 client=digest bare
<< #1 REGISTER clear
>> 0.040 p>ue 494 1 server=digest
<< #2 494 clear
>> 0.100 ue>p REGISTER 2 verify=digest
<< #3 REGISTER clear
>> 0.140 p>ue 200 2
<< #4 200 clear
>> end
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3, result #4
<< A1 of E1 digest
"""

SCRIPTS["a changed Security-Verify is accepted"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1 edit=spi-s:99999
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> end
<< E1 initial bypassed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
<< A1 of E1 ipsec-3gpp established
<< finding VER-10 #4
<< finding VER-05 #3
"""

SCRIPTS["ESP unread both ways lets the registration be inferred"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1 sealed
>> 0.340 p>ue 1:pc>us 200 2 sealed
>> 2.000 ue>p 1:uc>ps MESSAGE 1 verify=1 sealed
>> 2.010 p>ue 1:pc>us 202 1 of=MESSAGE sealed
>> 300.000 passes
<< E1 initial incomplete, registered (inferred)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> end
<< A1 of E1 ipsec-3gpp established
"""

SCRIPTS["the P-CSCF stays silent"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 2.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #4 REGISTER esp-null, again #3
>> 6.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #5 REGISTER esp-null, again #3
>> 40.000 passes
>> 300.000 passes
<< ended uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
<< E1 initial failed, no-answer (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, retransmission #4 uc>ps, retransmission #5 uc>ps
<< A1 of E1 ipsec-3gpp temporary
>> end
<< finding PRT-22 #5
<< finding TIM-03 #5
"""

SCRIPTS["nothing comes back and nothing can be read"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1 sealed
>> 2.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1 sealed
>> 6.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1 sealed
>> 300.000 passes
<< ended uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
<< E1 initial failed, no-answer (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, retransmission #4 uc>ps, retransmission #5 uc>ps
<< A1 of E1 ipsec-3gpp temporary
>> end
<< finding PRT-22 #5
<< finding TIM-03 #5
"""

SCRIPTS["the capture starts at the challenge"] = """
>> 0.040 p>ue 401 1 server=1
<< #1 401 clear
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #2 REGISTER esp-null
<< announced uc>ps 0x1001, us>pc 0x1002
>> 0.340 p>ue 1:pc>us 200 2
<< #3 200 esp-null
>> end
<< E1 initial agreed, registered (seen)
<< E1: challenge #1, verify #2 uc>ps, result #3
<< A1 of E1 ipsec-3gpp established
<< stray 0x1003 from #3
"""

SCRIPTS["the capture starts behind the challenge"] = """
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #1 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #2 200 esp-null
>> 2.000 ue>p 1:uc>ps MESSAGE 1 verify=1
<< #3 MESSAGE esp-null
>> 2.010 p>ue 1:pc>us 202 1 of=MESSAGE
<< #4 202 esp-null
<< MESSAGE #3 had 202 #4
>> end
<< E1 initial incomplete, registered (seen)
<< E1: offer #1, result #2
<< stray 0x1003 from #2
<< stray 0x1001 from #3
"""

SCRIPTS["retransmissions are no steps of their own"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.500 ue>p REGISTER 1 client=1
<< #2 REGISTER clear, again #1
>> 0.540 p>ue 401 1 server=1
<< #3 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 1.040 p>ue 401 1 server=1
<< #4 401 clear, again #3
>> 1.200 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #5 REGISTER esp-null
>> 3.200 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #6 REGISTER esp-null, again #5
>> 3.240 p>ue 1:pc>us 200 2
<< #7 200 esp-null
>> end
<< E1 initial agreed, registered (seen)
<< E1: offer #1, retransmission #2, challenge #3, retransmission #4, verify #5 uc>ps, \
retransmission #6 uc>ps, result #7 pc>us
<< A1 of E1 ipsec-3gpp established
"""

SCRIPTS["copies at a second tap are merged"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.001 again
>> 0.040 p>ue 401 1 server=1
<< #3 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.041 again
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #5 REGISTER esp-null
>> 0.301 again
>> 0.340 p>ue 1:pc>us 200 2
<< #7 200 esp-null
>> 0.341 again
>> end
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #3, verify #5 uc>ps, result #7 pc>us
<< A1 of E1 ipsec-3gpp established
"""

SCRIPTS["a request to the UE in ESP"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 5.000 p>ue 1:pc>us MESSAGE 7
<< #5 MESSAGE esp-null
>> 5.030 ue>p 1:uc>ps 200 7 of=MESSAGE
<< #6 200 esp-null
<< MESSAGE #5 had 200 #6
>> end
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
<< A1 of E1 ipsec-3gpp established: MESSAGE #5 200
"""

SCRIPTS["a request to the UE in clear"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 5.000 p>ue MESSAGE 7
<< #5 MESSAGE clear
>> 5.030 ue>p 200 7 of=MESSAGE
<< #6 200 clear
<< MESSAGE #5 had 200 #6
>> end
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
<< A1 of E1 ipsec-3gpp established: MESSAGE #5 200
<< finding PRT-07 #5
"""

SCRIPTS["two UEs behind one address"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.010 ue>p REGISTER 1 client=2 call=b user=bob port=5062
<< #2 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #3 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.050 p>ue 401 1 server=2 call=b user=bob port=5062
<< #4 401 clear
<< announced uc>ps 0x2001, us>pc 0x2002, pc>us 0x2003, ps>uc 0x2004
>> 0.300 ue>p 2:uc>ps REGISTER 2 client=2 verify=2 call=b user=bob
<< #5 REGISTER esp-null
>> 0.310 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #6 REGISTER esp-null
>> 0.340 p>ue 2:pc>us 200 2 call=b user=bob
<< #7 200 esp-null
>> 0.350 p>ue 1:pc>us 403 2
<< #8 403 esp-null
>> end
<< ended uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
<< E1 initial rejected, rejected (seen)
<< E1: offer #1, challenge #3, verify #6 uc>ps, result #8 pc>us
<< A1 of E1 ipsec-3gpp temporary
<< E2 initial agreed, registered (seen)
<< E2: offer #2, challenge #4, verify #5 uc>ps, result #7 pc>us
<< A2 of E2 ipsec-3gpp established
"""

SCRIPTS["old and new set overlap"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
<< #3 REGISTER esp-null
>> 0.340 p>ue 1:pc>us 200 2
<< #4 200 esp-null
>> 60.000 ue>p 1:uc>ps REGISTER 3 client=2 verify=1
<< #5 REGISTER esp-null
<< E1 initial agreed, registered (seen)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> 60.040 p>ue 1:pc>us 401 3 server=2
<< #6 401 esp-null
<< announced uc>ps 0x2001, us>pc 0x2002, pc>us 0x2003, ps>uc 0x2004
>> 60.300 ue>p 2:uc>ps REGISTER 4 client=2 verify=2
<< #7 REGISTER esp-null
>> 60.340 p>ue 2:pc>us 200 4
<< #8 200 esp-null
>> 61.000 ue>p 1:uc>ps MESSAGE 1 verify=1
<< #9 MESSAGE esp-null
>> 61.010 p>ue 1:pc>us 202 1 of=MESSAGE
<< #10 202 esp-null
<< MESSAGE #9 had 202 #10
>> end
<< E2 reauthentication agreed, registered (seen)
<< E2: offer #5 uc>ps, challenge #6 pc>us, verify #7 uc>ps, result #8 pc>us
<< A1 of E1 ipsec-3gpp old: MESSAGE #9 202
<< A2 of E2 ipsec-3gpp established
"""

SCRIPTS["unread answers, and the UE starts over each time"] = """
>> 0.000 ue>p REGISTER 1 client=1
<< #1 REGISTER clear
>> 0.040 p>ue 401 1 server=1
<< #2 401 clear
<< announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
>> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1 sealed
>> 0.340 p>ue 1:pc>us 403 2 sealed
>> 40.000 ue>p REGISTER 1 client=2 call=b
<< #5 REGISTER clear
<< E1 initial incomplete, unknown (none)
<< E1: offer #1, challenge #2, verify #3 uc>ps, result #4 pc>us
>> 40.040 p>ue 401 1 server=2 call=b
<< #6 401 clear
<< announced uc>ps 0x2001, us>pc 0x2002, pc>us 0x2003, ps>uc 0x2004
>> 40.300 ue>p 2:uc>ps REGISTER 2 client=2 verify=2 call=b sealed
>> 40.340 p>ue 2:pc>us 403 2 call=b sealed
>> 60.000 passes
>> end
<< E2 initial incomplete, unknown (none)
<< E2: offer #5, challenge #6, verify #7 uc>ps, result #8 pc>us
<< A1 of E1 ipsec-3gpp old
<< A2 of E2 ipsec-3gpp established
"""


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name: str) -> None:
    check(SCRIPTS[name])


def test_a_difference_is_told_line_by_line() -> None:
    script = """
    >> 0.000 ue>p REGISTER 1 client=1
    << #1 REGISTER esp-null
    """
    with pytest.raises(AssertionError) as failure:
        check(script)
    told = str(failure.value).splitlines()
    assert "  >> 0.000 ue>p REGISTER 1 client=1" in told
    assert "- << #1 REGISTER esp-null" in told
    assert "+ << #1 REGISTER clear" in told


def test_an_unknown_sa_is_refused() -> None:
    with pytest.raises(ScriptError, match="uc>pc"):
        play(">> 0.000 ue>p 1:uc>pc REGISTER 1")


def one_of(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


NUMBER = one_of("1", "2", "3", "4", "digest")
REQUEST = st.tuples(
    one_of("REGISTER", "REGISTER", "MESSAGE", "INVITE", "ACK"),
    one_of("1", "2", "3"),
    st.one_of(st.just(""), NUMBER.map("client={}".format)),
    st.one_of(st.just(""), NUMBER.map("verify={}".format)),
    one_of("", "", "", "bare", "auts nonce=1", "expires=0"),
)
RESPONSE = st.tuples(
    one_of("100", "200", "401", "401", "403", "494"),
    one_of("1", "2", "3"),
    st.one_of(st.just(""), NUMBER.map("server={}".format)),
    one_of("", "", "of=MESSAGE", "of=INVITE", "expires=0"),
)
SENT = {
    "ue>p": one_of("", "", "1:uc>ps", "1:us>pc", "2:uc>ps", "4:uc>ps"),
    "p>ue": one_of("", "", "1:pc>us", "1:ps>uc", "2:pc>us", "4:pc>us"),
}
PACKET = st.one_of(
    *[
        st.tuples(
            st.just(way), sa, message.map(" ".join), one_of("", "call=b"), one_of("", "", "sealed")
        ).map(" ".join)
        for way, sa in SENT.items()
        for message in (REQUEST, RESPONSE)
    ]
)
LINES = st.lists(
    st.tuples(
        st.sampled_from([0.001, 0.04, 0.5, 2, 40, 300]), st.one_of(PACKET, st.just("passes"))
    ),
    max_size=12,
)


@settings(max_examples=400)
@given(lines=LINES)
def test_packets_in_any_order_are_borne(lines: list[tuple[float, str]]) -> None:
    time, script = 0.0, []
    for pause, line in lines:
        time += pause
        script.append(f">> {time:.3f} {line}")
    play("\n".join([*script, ">> end"]))

"""Names that the emulator knows: some usual ones where English is spoken, and a few places."""

from __future__ import annotations

FIRST = frozenset(
    """
    aaron abigail adam adrian aisha alan albert alex alexander alice alison amanda amelia amy
    andrea andrew angela ann anna anne anthony antonio arthur ashley barbara ben benjamin beth
    betty bill brandon brenda brian bruce carl carlos carol caroline catherine charles charlotte
    chloe chris christian christina christine christopher claire cynthia daniel david deborah
    denise dennis diana diane diego donald donna dorothy douglas dylan edward eleanor elena
    elizabeth ella emily emma eric ethan eva evelyn fatima fernando fiona frances frank gabriel
    gary george gerald gloria grace greg gregory hannah harold harry heather helen henry ian isaac
    isabella ivan jack jacob james jane janet jason jeffrey jennifer jeremy jessica joan joe john
    johnny jonathan jordan jose joseph joshua joyce juan judith judy julia julie justin karen
    katherine kathleen keith kelly kenneth kevin kimberly kyle larry laura lauren lawrence leah
    leo linda lisa logan louis louise lucas lucy luis luke margaret maria marie marilyn martha
    martin mary matthew megan melissa michael michelle miguel mohammed nancy natalie nathan
    nicholas nicole noah nora oliver olivia pamela patricia patrick paul peter philip priya rachel
    ralph raymond rebecca richard robert roger ronald rosa roy russell ruth ryan samantha samuel
    sandra sara sarah scott sean sharon shirley simon sofia sophia sophie stephanie stephen steven
    susan teresa theresa thomas timothy tyler victor victoria vincent virginia walter wayne wendy
    william xavier yusuf yvonne zachary zoe
    """.split()
)
LAST = frozenset(
    """
    adams ahmed allen anderson bailey baker bell bennett brown butler campbell carter chen clark
    collins cooper cox cruz davies davis diaz edwards evans fisher flores foster garcia gomez
    gonzalez gray green hall harris hernandez hill howard hughes jackson jenkins johnson jones
    kaur kelly khan kim king lee lewis lopez martinez miller mitchell moore morgan morris murphy
    murray nelson nguyen novak parker patel perez phillips powell price ramirez reed richardson
    rivera roberts robinson rodriguez rogers ross russell sanchez sanders scott shah silva simmons
    singh smith stewart taylor thompson torres turner walker ward watson white williams wilson
    wood wright young
    """.split()
)
CITIES = frozenset(
    """
    amsterdam atlanta auckland berlin birmingham boston bristol brussels chicago dallas denver
    dublin edinburgh glasgow houston leeds liverpool london madrid manchester melbourne miami
    milan montreal munich oxford paris philadelphia phoenix portland rome seattle sydney toronto
    vancouver vienna
    """.split()
)

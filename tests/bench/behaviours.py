"""What monitoring tools make of the same servers, side by side; the rows are those of tests/servers/test_behaviours.py."""
import sys

from figures import claim


def behaviours():
    """The 14 rows of the behaviour matrix, side by side with check_smtp."""
    import test_behaviours
    print("\nwhat is made of a server's behaviour")
    right = test_behaviours.print_table(sys.stdout)
    claim("behaviours judged rightly", right, len(test_behaviours.ROWS), least=True)

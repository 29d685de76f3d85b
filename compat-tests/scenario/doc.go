// Package scenario reads and runs black-box scenarios: one txtar file holds the
// purpose, the network, the files of the nodes, the steps and what must be seen.
// The same scenario runs with our daemon, with the C daemon, and with both mixed.
//
// # The file
//
// The comment part of the archive is the script, one command in a line; words are
// separated by blanks, '...' and "..." keep blanks, # begins a comment. Files
// named NODE/PATH are put into that node's directory (mode 755 when they begin
// with "#!"); @W@ in them stands for the directory. keepalived.conf there is the
// node's configuration.
//
// Head, in any order before the first step:
//
//	where netns|ipvs            ipvs: runs in a guest kernel if this one has no IPVS
//	where ipvs+nftables         needs both in one kernel: not part of "make test"
//	run ours                    once with our daemon on every node
//	run oracle                  once with the C daemon
//	run r1=ours r2=oracle       mixed; without any run line: ours and oracle
//	matrix A=1,B=x A=2,B=y      every case once for each word; @A@ is replaced
//	                            everywhere; several matrix lines multiply
//	same                        what was recorded must be equal for ours and oracle
//	ignore RE                   leave lines matching RE out of that comparison
//	net NAME                    a bridged network
//	node NAME [IF@NET=ADDR,...] a node; NET "-" is a cable to nowhere, "dummy" a dummy
//
// Steps:
//
//	start NODE [OPTION...]      start the daemon with -n -l -G and OPTIONs (default -D)
//	start NODE as ours|oracle [OPTION...]     the same, whatever the run says
//	start NODE [as ...] outside [OPTION...]   the daemon is started in the namespace of
//	                            the test, and enters the node's by -s: only the first
//	                            namespace of a machine is told of processes
//	check NODE [OPTION...]      run it with -t; "expect NODE status|output" sees the result
//	stop NODE | crash NODE      SIGTERM and wait | SIGKILL to the whole family at once
//	signal NODE NAME [parent|vrrp|checkers|bfd]
//	reload NODE [FILE]          put FILE in place of keepalived.conf, then SIGHUP
//	write NODE FILE FROM        copy a file of the node
//	link NODE IF up|down        of the node's interface; cable NODE IF up|down at the switch
//	exec NODE WORD...           run a command in the node; it must succeed
//	inject NET [xN every D] WORD...   send forged adverts, see laboratory.Forge
//	nginx NODE PORT [BODY]      a real web server that answers with BODY (default: its name)
//	serve NODE ADDR:PORT MODE   a test server: body=TEXT, status=N, hang, endless;
//	                            tls- before it makes it one over TLS
//	mail NODE ADDR:PORT [VERB=REPLY...]   a mail server that takes and records every mail; a REPLY
//	                            in place of the usual one, also "hang" and "close", to GREETING,
//	                            HELO, MAIL, RCPT, DATA, TEXT or QUIT
//	end NODE PORT               end what listens there
//	get NODE URL N [want A,B]   N requests, each must be answered; the answers seen are A and B
//	mark                        from here on: see "since"
//	observe D                   let D pass, so that what follows can judge an interval
//
// Commands of exec and shell, also those of expectations and records, have the path
// of the node's program in $DAEMON. Files that the program leaves for its user
// (TMPDIR) are in the node's directory, where they run.
//
// Expectations; wait polls (default 10 s), expect allows less than a second for what
// is under way, "!" negates:
//
//	wait [!] CONDITION [within D]
//	expect [!] CONDITION
//
//	NODE log RE                 a line of the daemon's log, since the last mark
//	NODE log-ever RE            the same, since the beginning
//	NODE log-order RE RE...     these lines in this order, since the beginning
//	NODE state NAME [INSTANCE]  the last "Entering NAME STATE"
//	NODE addr PREFIX [dev IF]
//	NODE file PATH RE           the file has a line that matches
//	NODE file PATH = PATH2      two files of the node are equal
//	NODE ipvs RE                the text of ipvsadm -Sn matches; "ipvs empty"
//	NODE shell COMMAND          succeeds
//	NODE mails PORT N RE        at least N dialogues with the mail server there have a line that
//	                            matches, since the beginning
//	NODE exit N                 the daemon has ended with this status
//	NODE status N, NODE output RE    of the last check
//	packet RE                   a captured packet, since the last mark
//	packets N RE                at least N of them
//	gap RE < D                  no two of these packets, since the mark, were further apart
//
//	record NODE log|addr|ipvs|file PATH|output
//	record NODE shell COMMAND   what the command prints, which runs once
//	record NODE look COMMAND    the same of a command that changes nothing
//	record NODE mail PORT       the dialogues with the mail servers there, sorted
//	record packets RE           each distinct text once, in order of appearance
//
// What is recorded is taken again until it does not change any more; only shell is
// taken once.
//
// Every step that changes something (start, stop, crash, signal, reload, link,
// cable, exec, inject) sets the mark before it acts.
//
// A scenario that is wrong (an unknown command, a bad expression, an undeclared
// node) is refused by Parse with its line, before anything runs.
package scenario

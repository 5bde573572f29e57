/** What engineers call the same thing and a general dictionary does not know; groups parted by bars, in dictionary forms. */
const SAME = `
configuration config cfg settings conf | authentication auth authenticate login | authorization authz authorize |
database db | repository repo | directory folder dir | parameter param argument arg option | environment env |
application app | administrator admin | identifier id | document doc | documentation docs | information info |
message msg | temporary temp tmp transient | maximum max | minimum min | number num | javascript js ecmascript |
typescript ts | python py | kubernetes k8s | postgres postgresql | yaml yml | jpeg jpg |
fetch retrieve get obtain acquire | load read ingest | delete remove erase purge drop |
create make build construct produce generate synthesize | launch start spawn boot begin |
terminate kill stop end halt shutdown | restart reboot relaunch | retry reattempt |
send dispatch transmit emit publish | subscribe listen | save store persist write storage | record capture |
calculate compute determine | estimate predict forecast | verify validate check | examine inspect analyze analyse |
list enumerate | find detect discover locate identify | search lookup query | choose select pick | group cluster |
convert transform translate | format render display show | track monitor observe watch | collect gather |
schedule plan cron | periodic recurring regular repeated | job task | split divide partition segment |
merge combine join unify | deduplicate dedupe deduplication | expire outdated stale | old stale outdated |
fail break crash | error exception failure fault | limit throttle cap | execute run invoke | function method routine |
module package library | update refresh upgrade | modify change mutate alter edit | parse parser |
cleanup clean clear tidy |
available accessible | attempt try | allocate reserve | shorten truncate abbreviate | connect attach |
balance distribute | register enroll | expose provide offer
`;

/** Terms and abbreviations, and the words they stand for. */
const EXPANSION = `
ml = machine learning | nlp = natural language processing | ui = user interface | gui = user interface |
cli = command line | tts = speech synthesis | text to speech = speech synthesis | stt = speech recognition |
asr = speech recognition | speech to text = speech recognition | symlink = symbolic link | gc = garbage collection |
rpc = remote procedure call | llm = language model | uuid = unique id | guid = unique id | log in = login |
sign in = login | set up = setup | clean up = cleanup | roll back = rollback | shut down = shutdown |
time out = timeout | life cycle = lifecycle | file system = filesystem | data base = database | rest api = rest
`;

/** Contraries that a general dictionary does not mark; each side may be a word of a group above. */
const OPPOSITE = `
enable disable | encode decode | encrypt decrypt | compress decompress | compression decompression |
serialize deserialize | serialization deserialization | upload download | import export | input output | start stop |
start terminate | open close | add remove | create delete | insert delete | send receive | push pull | read write |
load unload | load save | lock unlock | mount unmount | install uninstall | attach detach | connect disconnect |
subscribe unsubscribe | activate deactivate | allow deny | allow prevent | allow forbid | permit forbid |
accept reject | grant revoke | show hide | expand collapse | increment decrement | increase decrease | grow shrink |
minimum maximum | ascend descend | ascending descending | before after | first last | local remote | public private |
synchronous asynchronous | sync async | online offline | client server | producer consumer | publisher subscriber |
record play | synthesis recognition | play pause | pause resume | succeed fail | success failure | lossy lossless |
mutable immutable | stateful stateless | static dynamic | sequential parallel | incoming outgoing | inbound outbound |
ingress egress | horizontal vertical | internal external | inside outside | manual automatic | freeze thaw |
commit rollback | deploy undeploy
`;

/** Groups of words for one thing, as the table has them. */
export const SAME_GROUPS: readonly (readonly string[])[] = rows(SAME).map((row) => row.split(' '));

/** Pairs of contraries, as the table has them. */
export const OPPOSITE_PAIRS: readonly (readonly string[])[] = rows(OPPOSITE).map((row) => row.split(' '));

/** Terms with the words they stand for, the longest first. */
export const EXPANSIONS: readonly { term: readonly string[]; words: readonly string[] }[] = rows(EXPANSION)
  .map((row) => row.split(' = ').map((side) => side.split(' ')))
  .map(([term = [], words = []]) => ({ term, words }))
  .sort((a, b) => b.term.length - a.term.length);

function rows(table: string): string[] {
  return table
    .split('|')
    .map((row) => row.trim().replace(/\s+/g, ' '))
    .filter((row) => row !== '');
}

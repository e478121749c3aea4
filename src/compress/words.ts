// The words that carry meaning for the compressor: negations, failures, reasons, fillers. English first; the commonest signs of a few other
// languages stand beside them. Patterns only look for cues; they never supply a word of a memory.

const STOP = new Set(
  `a an the and or of to in on at for with by from is are was were be been do does did has have had it its this that these those i you he she
  they we me my your his her their our what when where who whom which how why would could should can will as about if than then so but into over
  out up down`.split(/\s+/),
);

const CJK = '\\u3400-\\u4dbf\\u4e00-\\u9fff\\u3040-\\u30ff\\uac00-\\ud7af';
const CJK_CHARACTER = new RegExp(`[${CJK}]`, 'g');
const WORD = /[A-Za-z0-9_]+|[\p{L}\p{Nl}\p{No}]+/gu;
const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;

/**
 * Lower-cased runs of letters, digits and underscore of two or more characters that are not stop words, split at case changes too
 * (`authToken` gives authtoken, auth, token); each CJK character alone. The same as the bench's, so that what we hold ourselves to is what is measured.
 */
export function contentWords(text: string): Set<string> {
  const found = new Set<string>(text.match(CJK_CHARACTER));
  for (const word of text.replace(CJK_CHARACTER, ' ').match(WORD) ?? []) {
    const parts = /[a-z][A-Z]|_/.test(word) ? (word.match(PART) ?? []) : [];
    for (const w of [word, ...parts]) if ([...w].length > 1 && !STOP.has(w.toLowerCase())) found.add(w.toLowerCase());
  }
  return found;
}

/** Without one of these a sentence may say its opposite. */
export const NEGATION =
  /\b(?:not|no|never|none|nor|neither|without|cannot|can['’]?t|won['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|isn['’]?t|aren['’]?t|wasn['’]?t|weren['’]?t|hasn['’]?t|haven['’]?t|hadn['’]?t|shouldn['’]?t|wouldn['’]?t|couldn['’]?t|mustn['’]?t|unable|only|except|nothing|instead|rather than|no longer|avoid|forbidden|unless)\b|不|没|未|無|ない|ません|안|없/iu;

/** The words by which a text itself says that something did not work. */
export const FAILURE =
  /\b(?:fail(?:s|ed|ing|ure|ures)?|broke(?:n)?|breaks|crash(?:es|ed|ing)?|errors?(?: out)?|did(?:n['’]?t| not) (?:work|help|fix|take|apply|solve|match|settle|find)|does(?:n['’]?t| not) (?:work|help|fix|exist|support|match)|not working|no luck|to no avail|corrupted|reverted|reverting|rolled back|undid|gave up|abandoned|dead end|wrong|incorrect|still (?:fail\w*|broken|not|see\w*|get\w*|have|has|there|the same|persist\w*|happen\w*|show\w*|return\w*)|persists?|unsupported|unrecognized|timed out|refused|denied|rejected|conflict(?:s|ed)?|regress\w*|unable to|could(?:n['’]?t| not)|cannot|can['’]t|not found|no such|missing|invalid|exception|traceback|panic)\b|失败|錯誤|错误|失敗|エラー|실패|오류|échou\w+|fehlgeschlagen|Fehler\b/iu;

/** Firm enough to call the thing itself a failed attempt: it says that a try came to nothing, not just that an error exists. */
export const ATTEMPT_FAILED =
  /\b(?:did(?:n['’]?t| not) (?:actually |really |seem to )?(?:work|help|fix|take|apply|solve|succeed)|does(?:n['’]?t| not) (?:actually |really |seem to )?(?:work|help|fix|solve)|(?:is|are|was|were)(?:n['’]?t| not) working|not working|still (?:fail\w*|broken|not (?:work|fix)\w*|doesn['’]?t|isn['’]?t|getting|seeing|have the same|has the same|the same|the issue|persist\w*)|(?:issue|problem|error|failure)s? (?:still )?(?:persists?|remains?)|no luck|to no avail|corrupted|reverted|reverting|rolled? back|gave up|abandon(?:ed|ing)|dead end|backfired|made (?:it|things) worse|that was(?:n['’]?t| not) (?:it|right|the)|wrong approach|try (?:a )?(?:different|another)|different approach|another approach|tried .{3,80}\bbut|attempted .{3,80}\bbut|defeats? the purpose|too complex|won['’]t work|(?:was|were|is) (?:wrong|incorrect|a mistake)|defeated the|(?:was|been) (?:reverted|rejected|dropped|undone)|failed (?:because|since|due|to)\b|was rejected)\b|没用|不行|还是(?:不|报错)|仍然/iu;

/** A turn of the assistant to another way. */
export const RETRY = /\b(?:try|different|another|again|instead|actually|wait|hmm|better)\b/i;

/** Takes back what was done, or makes it smaller. */
export const UNDOING_WORDS =
  /\b(?:revert\w*|undo\w*|undid|abort\w*|roll\w* back|drop(?:ped|ping)?|discard\w*|skip(?:ped|ping)?|remov(?:e|ed|ing) (?:it|that|this|the)|give up|gave up|abandon\w*|start over|simpl(?:er|ify|ified)|redo\w*|rewrit\w+|recreat\w+)\b/i;

/** The assistant says itself that it did wrong. */
export const ADMISSION =
  /\b(?:i (?:mis\w+|should(?:n['’]t)? (?:not )?have|did(?:n['’]t| not)|was (?:over\w+|wrong|parroting)|incorrectly|accidentally|mistakenly|wrongly|forgot|missed|over\w+ed)|my (?:\w+ )?(?:mistake|error|oversight|assumption|prompt|suggestion|approach|implementation)|which was (?:incorrect|wrong|unnecessary)|does(?:n['’]t| not) hold up)\b/i;

/** Says that something was left, dropped or overruled rather than broken. */
export const ABANDONED =
  /\b(?:abandon\w*|dropped|dropping|discard\w*|scrap(?:ped)?|gave up|give up|decided against|cancel(?:l?ed|ling)?|no longer (?:need\w*|want\w*)|not worth|never ?mind|forget (?:about )?(?:it|that)|removed? (?:it|that|this) (?:again|entirely|completely)|overkill|rejected|instead of)\b|放弃/iu;

export const REASON =
  /\b(?:because|since|so that|due to|caused by|root cause|the (?:cause|reason|issue|problem|culprit) (?:is|was)|reason|therefore|which (?:means|causes?|caused|breaks?)|in order to|otherwise|hence|that['’]s why|so (?:it|the|we|they)|to (?:avoid|prevent|ensure|keep|allow))\b|因为|由于|原因|所以|なぜなら|ため/iu;

/** A request that says the last answer was not right. */
export const REFUTATION =
  /^(?:\W*(?:hmm|ok|okay|well|sorry|wait)[\s,.]+)*(?:no\b(?! (?:problem|worries))|nope\b|that(?:['’]s| is| was)? (?:not|wrong|isn|wasn|didn|doesn)|(?:it|this|that) (?:still |also )?(?:does(?:n['’]?t| not)|did(?:n['’]?t| not)|is(?:n['’]?t| not)|fails?|failed|broke|breaks)|not (?:right|working|what|quite|correct)|wrong\b|still\b|nothing (?:changed|happen)|undo\b|revert\b)|\b(?:still (?:fail|broken|not|doesn|isn|get|see|the same|have|has|happen|there|an? error|wrong|show)|(?:doesn|didn|isn|won)['’]?t (?:seem to )?(?:work|help|fix)|does not work|not working|that['’]s (?:not right|wrong|incorrect)|you (?:broke|missed|forgot|didn['’]?t|did not|shouldn)|same (?:error|issue|problem)|revert (?:that|this|it|your|the)|undo (?:that|this|it|your|the)|roll (?:it |that )?back|i said|wrong (?:part|file|place|one)|instead of that|why(?:['’]d| did) you|don['’]t do that|i didn['’]t (?:ask|want|mean))\b|不对|还是不|没有用|仍然|错了|違う|まだ/iu;

/** A request that says the last answer was right. */
export const APPROVAL =
  /^(?:\W*(?:ok|okay|yes|yeah|yep|ah|oh)[\s,.!]+)*(?:perfect|great|excellent|awesome|nice|good|thanks|thank you|thx|lgtm|looks? (?:good|great)|that (?:worked|works|fixed|did it)|it works?|works\b|working now|fixed\b|commit\b|ship it)|\b(?:works (?:now|great|well|perfectly|fine)|that (?:worked|fixed it)|it['’]s working|all good)\b|很好|可以了|谢谢/iu;

/** Output that shows a run going well; only counted when nothing in it shows the contrary. */
export const RUN_PASSED =
  /\b(?:[1-9]\d* (?:tests? )?(?:passed|passing|pass)\b|0 (?:failed|failing|failures|fail|errors?)\b|all (?:\d+ )?tests? (?:pass|passed|passing)|build (?:succeeded|successful|complete)|succeeded|successfully|compiled? successfully|exit(?:ed)?(?: with)? code:? 0|tests? ok|^ok\s|✓|PASS\b|BUILD SUCCESS|0 errors?)/imu;

/** Output that shows a run going badly. */
export const RUN_FAILED =
  /\b(?:[1-9]\d* (?:tests? )?(?:failed|failing|failures?|fail)\b|[1-9]\d* errors?\b|failed:? [1-9]|build failed|^FAIL|FAILED\b|exit(?:ed)?(?: with)?(?: status| code):? [1-9]\d*|exit status [1-9]|error:|error TS\d+|error [A-Z]{2,}\d+|Traceback \(most recent|panic:|fatal:|command not found|No such file or directory|not recognized as|Unable to|cannot find|npm ERR!|ERR!|ELIFECYCLE|Segmentation fault|Unhandled|SyntaxError|TypeError|ReferenceError|ModuleNotFoundError|ImportError|AssertionError|ERROR\b)/mu;

/** A reply that says it has done it. A claim, not a proof. */
export const CLAIM =
  /\b(?:(?:is|are) now|now (?:works?|working|passes?|uses?|has|have|properly|correctly)|fixed|resolved|solved|done|complete[d]?|successfully|all tests? (?:pass|are passing)|should (?:now )?(?:work|be (?:fixed|working|resolved))|works? (?:now|correctly|as expected))\b|✅|修复|完成/iu;

/** Openers of a sentence that say nothing of the matter: praise, announcements of what is about to be done. Only ever cut from the front. */
export const OPENER =
  /^(?:(?:great|perfect|excellent|good|nice|wonderful|awesome|fantastic|sure|certainly|absolutely|of course|okay|ok|alright|right|got it|understood|yes|great question|good question|good catch|good idea|nice catch|ah|oh|hmm|now|so|well|also|additionally|furthermore|moreover|finally|first|next|then|basically|essentially|actually|unfortunately|note that|please note that|as you can see|in summary|in short|to summarize|overall|however|and|but|perfect timing|excellent question|you['’]re (?:absolutely )?(?:right|correct)|i (?:can )?see (?:that|the (?:issue|problem)|now)|i (?:understand|realize|notice|think|believe|found) that|it (?:looks|seems|appears)(?: like| that)?|the (?:issue|problem) (?:here )?is that|this means(?: that)?)(?:\s*[!,.:;–—-]+\s*|\s+(?=\S)))/iu;

/** Words that can go from the middle of a sentence and leave its meaning; not where a negation stands before them. */
export const FILLER =
  /(?<!\b(?:not|never|no|cannot|n['’]t)\s)\b(?:actually|basically|simply|really|very|quite|essentially|obviously|clearly|of course|in fact|please)\s+/giu;

/** A sentence that tells what the assistant is about to do, or is doing. */
export const PLAN =
  /^(?:\W*(?:great|perfect|excellent|good|sure|okay|ok|alright|now|so|next|first|then|finally|also)[\s,.!:]+)*(?:i['’]ll\b|i will\b|i['’]m (?:going to|now|about)|i am going to|let me\b|let['’]s\b|let us\b|now i (?:need|want|will|can|have|see)|i (?:need|want|should|have) to\b|we (?:need|should|can) (?:to )?(?:first|check|look|see)\b|i can (?:see|help)\b|i['’]d (?:like|be)|going to\b|first, i\b|time to\b|checking\b|looking (?:at|into|for)\b|running\b|reading\b|here['’]s (?:what|the|a|an)\b|here is\b|here are\b|below\b|would you like|should i\b|shall i\b|do you want|让我|我将|我来|接下来|これから)/iu;

/** Praise and thanks, alone. */
export const CHATTER =
  /^\W*(?:great|perfect|excellent|awesome|wonderful|nice|thanks?|thank you|you['’]re welcome|sure|done|hello|hi|hey|good (?:morning|evening|job|work)|sounds good|no problem|got it|ok(?:ay)?|yes|yep|please|continue|go ahead|let me know.*|feel free.*|happy to.*|is there anything.*|anything else.*|would you like.*|how can i help.*)\b[^a-z]*$/iu;

/** Errors of the way something was run, not of the code under work: the same command will fail again here, so it is worth remembering. */
export const WRONG_WAY =
  /command not found|not recognized as|no such (?:command|option|file or directory)|unrecognized (?:sub)?(?:command|option|argument)|unknown (?:command|option|flag|argument|switch|shorthand)|invalid (?:option|flag|argument)|cannot find the (?:path|file)|(?:project|solution) file does not exist|MSB(?:1|4)\d{3}|permission denied|EACCES|EPERM|timed out|ETIMEDOUT|ECONNREFUSED|is not installed|not found in (?:PATH|workspace)|unable to find a|missing script|no tests? (?:found|matched)|requires (?:a )?(?:newer|version|at least)|unsupported (?:engine|version|option)|string to replace not found|has not been read yet|externally-managed|must (?:be run|provide|specify)|must be provided|address already in use|EADDRINUSE|not a git repository|would be overwritten|built with .{1,20} lower than|no module named|cannot find (?:module|package)|no (?:matches|commit|ref|branch|remote)\w* found|illegal option|HTTP 4\d\d\b|can['’]t load config|parameter cannot be found|could not be loaded|used by another process|refusing to (?:merge|run|update)|ambiguous argument|did not match any|cannot be run because|no required module|CommandNotFoundException|wurde nicht als Name|参数格式不正确|不是内部或外部命令/i;

/** A program that the shell did not find, named in one of the groups. */
export const NOT_FOUND = /command not found: (\S+)|(\S+): (?:command )?not found\b/;

"""English words for the cues."""

from __future__ import annotations

from core.intent.cues import Askings, Cue, Words, lexicon
from core.intent.model import Action

_WORDS: Words = {
    Cue.FILLER: """
        please, pls, plz, now, can, could, would, will, may, might, you, i, me, we, us, to, be, i'm, i'd, i'll, i've,
        you're, we're, let, let's, lets, just, want, wanna, like to, need to, would like, would love, love to, ok, okay,
        great, cool, nice, good, perfect, awesome, well, so, then, and, also, or, but, too, again please, at, in, on, of,
        as, from, with, into, by, out, over, there, here, right, right now, right away, currently, current, today,
        tonight, asap, soon, quickly, final, whole, full, hd, 4k, 1080p, 720p, able, have to, go ahead, have, has, had,
        got, get, gets, everything, all, anything, any, still, yet, already, up to, so far, much, many, few, amount,
        number, total, left, remaining, available, account, job, task, thing, stuff, hq, high quality, format,
        version, phone, link, tell, going, if, that's, it's, its, for me,
        one, myself, people, again, yourself, bot, work, working, works, mean, possible, a bit, a little, bit, really,
        happy with it, use, used, grab, keep, else,
        computer, device, somewhere, back, after all, actually, maybe, kindly, quick, been, alright, enough, own, request,
        order, time, new one, about time, think, know, guess, only, same, else, next, first, last, before, after, while,
        because, though, very, such, every, each, both, am i, they, he, she, im, id, ive, gonna, gotta, lemme, help me to""",
    Cue.OPENER: """
        is, are, am, was, were, do, does, did, what, what's, whats, how, how's, where, where's, when, when's, which,
        should, is there, are there""",
    Cue.READY: "ready, done, finished, complete, completed, over yet, rendered, exported",
    Cue.SHOW: "show, see, view, list, look, look at, check, display, preview, hear, listen to, watch, play",
    Cue.COST: "cost, costs, charge, charged, charges, spend, spent, pay, paid, expensive, cheap, free, price, pricing",
    Cue.HOW_TO: "how do i, how can i, how do you, how to, how does one, how do we, how should i",
    Cue.DEFINITE: "the, my, this, that, these, those, it, our, your, them",
    Cue.INDEFINITE: "a, an, some, another, something, new, brand new",
    Cue.NEGATION: "don't, dont, do not, not, no, without, never, no need to, doesn't, isn't",
    Cue.QUESTION: "who, who's, whose, why, what is, what are, what's the, when was, where is, how old, how tall",
    Cue.MAKE: """
        make, makes, making, create, creates, creating, generate, generates, generating, write, compose, composing,
        produce, build, craft, come up with, do a, i need, need, looking for, make me, give me a, put""",
    Cue.MUSIC: """
        music, song, songs, track, tracks, beat, beats, tune, tunes, melody, jingle, jingles, theme, soundtrack, score,
        bgm, background music, backing track, anthem, ballad, rap, loop, riff, instrumental, soundscape, composition,
        intro music, outro music, theme song, opener, lullaby, symphony, underscore, remix, mixtape, banger, bop""",
    Cue.STYLE: """
        upbeat, energetic, calm, chill, chilled, relaxing, relaxed, happy, sad, dark, bright, epic, cinematic, dramatic,
        dreamy, ambient, romantic, funky, groovy, hype, hyped, uplifting, inspiring, motivational, peaceful, mellow,
        soft, gentle, warm, aggressive, mysterious, scary, spooky, playful, fun, cheerful, nostalgic, melancholic,
        emotional, powerful, tense, suspenseful, smooth, laid-back, laidback, festive, corporate, acoustic, electronic,
        retro, vintage, meditation, sleep, yoga, workout, lofi, lo-fi, lo fi, hip hop, hip-hop, hiphop, trap, drill,
        house, deep house, techno, trance, edm, dubstep, drum and bass, dnb, d&b, jungle, garage, synthwave, vaporwave,
        chillhop, jazz, blues, rock, metal, punk, pop, k-pop, folk, country, classical, orchestral, orchestra, baroque,
        reggae, ska, latin, salsa, bossa nova, bossa, samba, disco, funk, soul, r&b, rnb, gospel, celtic, 8-bit, 8 bit,
        chiptune, phonk, boogie, swing, waltz, piano, guitar, ukulele, violin, strings, cello, flute, sax, saxophone,
        trumpet, brass, synth, synths, pads, pad, bass, drums, drum, percussion, bells, harp, organ, choir, vocals,
        vocal, guitars, marimba, kalimba, orchestral strings, minor, major, bpm, tempo, slow, fast, reverb, christmas,
        trailer, cyberpunk, fantasy, medieval, western, tropical, summer, party, wedding, birthday""",
    Cue.LIKENESS: "style, styled, style of, themed, vibe, vibes, inspired, type beat, kind of, mood, flavored",
    Cue.ABOUT: """
        about, for, like, called, titled, named, saying, says, reading, that says, with the words, similar to, featuring,
        sounds like, inspired by, in the style of, to accompany, under, underneath, behind, beneath""",
    Cue.PIECE: """
        video, videos, mp4, file, files, clip, movie, film, footage, result, results, project, picture, image, photo,
        reel, short, recording, audio, output, mix, wav, mp3""",
    Cue.CHANGE: """
        add, more, lose the, too loud, too quiet, too fast, too slow, too long, too short, too busy, too much, bring,
        start it with, end it with, speed it up, slow it down, turn it up, turn it down, take it out, take the, bring up, speed,
        change, edit, modify, adjust, remove, delete, drop the, take out, take away, get rid of, replace, swap, switch,
        add a title, add the title, add title, title, titles, subtitle, subtitles, caption, captions, text, font, trim,
        cut, crop, extend, lengthen, shorten, speed up, slow down, faster, slower, louder, quieter, softer, longer,
        shorter, higher, lower, turn up, turn down, turn the, volume, mute, unmute, fade, fade in, fade out, undo, redo,
        revert, go back, transpose, less, brighter, darker, happier, sadder, calmer, heavier, lighter, mellower, busier,
        simpler, bigger, smaller, move, shift, align, rename, balance the, balance between, balance of, rebalance,
        stop the, boost, reduce, increase, raise, decrease, tone down, intro, outro, second half, first half, ending, beginning,
        chorus, bridge, more energetic, more dramatic, more upbeat, moodier, punchier, fix, tweak, put it in""",
    Cue.BETTER: """
        make it, make this, make that, better, nicer, improve, different, differently, change it, fix it, make the,
        cooler, more interesting, redo it, surprise me""",
    Cue.HAND: """
        send, give, gimme, deliver, hand, share, can i have, could i have, may i have, can i get, could i get, i want my,
        where is my, where's my, save""",
    Cue.ELSEWHERE: """
        weather, joke, jokes, president, prime minister, capital, recipe, cook, python, javascript, script, code,
        program, essay, homework, translate, translation, news, bitcoin, stock price, horoscope, math, football score,
        meaning of life, email, poem, story""",
    Cue.GREETING: """
        hi, hello, hey, hiya, yo, sup, good morning, good evening, good afternoon, good night, thanks, thank you, thx,
        ty, cheers, bye, goodbye, see you, lol, haha, wow, yes, yeah, yep, nope, sure, how are you, what's up, whats up,
        nice to meet you, well done, good job, love it, appreciated, i love it, amazing, cool thanks, a lot, very much, my friend, world""",
}

_ASKINGS: Askings = {
    Action.EXPORT: (
        "export, exporting, download, downloading, render, rendering, dowload, downlaod, finalize, finalise, i need the video, i want the video",
        """export it, download it, export this, download this, export that, render it, render this, make the mp4,
        make an mp4, make it an mp4, as an mp4, as mp4, export please, render the, save the video, save the file,
        save it, save this, send the mp4, send the video, send it, send it over, give it to me, download link, video link,
        i need the mp4, i want the mp4, i need the file, i want the file, get my video, get the video, get the file,
        final cut, ready to export, let's export""",
    ),
    Action.CREDITS: (
        "credits, credit, balance, top up, billing, points, quota, funds",
        """how many credits, how much credit, credits left, credits remaining, remaining credits, credits do i have,
        credits i have, credits i've got, my credits, my credit, my balance, credit balance, account balance,
        balance left, more credits, buy credits, get credits, out of credits, any credits, show balance, have credits,
        show credits, check credits, check balance, what is the balance, what's the balance, cost in credits,
        does it cost, what does it cost, how much does, what's my balance,
        how much is it, is it free, is this free, how expensive, does this cost, cost me, credit check, many points,
        what is my balance, what is my credit balance, how much do i have""",
    ),
    Action.STATUS: (
        "status, timeline, progress, eta",
        """show tracks, list tracks, list the tracks, show the tracks, show me the tracks, what tracks, my tracks,
        my timeline, on the timeline, the timeline, what's the status, done yet, is it done, ready yet, is it ready,
        are you done, how far, how long will, how long until, how long does it take, still working, how's it going,
        how is it going, any progress, what do we have, what we have, what have we got, are you finished,
        finished yet, where are we, what's happening, whats happening, how much longer, what's taking, when will,
        when is it, are we there yet, any update, any updates, any news, status update, progress update, update me,
        what stage, what's going on, what are you doing, what have you got, what is the status, current status, your status, my status, is it finished""",
    ),
    Action.UPLOAD: (
        "upload, attach, uploading, import, accept, attachment",
        """upload a video, upload a file, upload my, upload something, upload an, do i upload, send my video to you,
        send you, send a file, send my own, send my video, attach a file, upload files, how do i attach, do you accept, do you support, can you take my, what files, which files,
        what formats, which formats, file types, file of mine, add a file, add my file, add a video, add my video,
        add a clip, add my clip, add a picture, add a photo, add my photo, add an image, my own video, my own file, my own clip,
        my own audio, my own footage, my own picture, my own photo, my own song, how to upload""",
    ),
    Action.NEW: (
        "reset, restart",
        """start over, start again, start from scratch, from scratch, from the beginning, from the top, new project, new session, fresh project, start a project, create a project, open a project, next project,
        start all over, begin from zero, from zero, start fresh,
        fresh start, begin again, start a new one, clear everything, clear the project, clean slate, forget everything, scrap this,
        scrap everything, scrap it, discard this, discard everything, another project, wipe everything, new chat, start anew""",
    ),
    Action.CANCEL: (
        "cancel, cancelling, canceling, stop, stopping, abort, halt, quit",
        """never mind, nevermind, forget it, cancel it, cancel that, cancel this, stop it, stop that, stop generating,
        stop please, please stop, cancel the job, cancel the export, cancel the render, cancel everything, stop working,
        don't bother, stop now, stop the job, stop the music, stop rendering, cancel please, stop making, stop creating, stop composing,
        stop the generation, cancel the generation, cancel generating, cancel making, stop exporting, cancel exporting,
        kill it, quit it, don't do it, stop this, no cancel, leave it, that's enough""",
    ),
    Action.HELP: (
        "help, commands, instructions, manual, guide, faq, examples, example prompts, menu, explain",
        """what can you do, what do you do, how does this work, how does it work, how do i use, how to use,
        what are you able, how do i start, how can i start, what commands, how do you work, commercially,
        commercial use, copyright, license, licence, what are my options, who owns the, monetize, monetise, i need help, need help, help please,
        what else can you do, what can i do, what can i say, does the bot work, does this bot work, what is this, how this works,
        how it works, you can do, what to type, what to say, what should i say, what should i type, what to write,
        how do you do it, how can you help, what do i do, show me examples""",
    ),
}

ENGLISH = lexicon(_WORDS, _ASKINGS)

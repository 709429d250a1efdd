"""What words mean for music: genres, moods and uses, in English and Chinese, with weights.

A genre decides; a use (what the film is for) suggests; a mood colours. `valence` -1..1 and `energy` 0..1 are given
where the word says something about them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What sort of word it is."""

    GENRE = "genre"
    USE = "use"
    MOOD = "mood"


@dataclass(frozen=True, slots=True)
class Sense:
    """The meaning of a group of words, separated by commas in `words`. `near`: only similar to what is meant."""

    kind: Kind
    words: str
    styles: dict[str, float] = field(default_factory=dict)
    valence: float | None = None
    energy: float | None = None
    near: bool = False


def _genre(
    words: str, style: str, valence: float | None = None, energy: float | None = None, *, near: bool = False
) -> Sense:
    return Sense(Kind.GENRE, words, {style: 10.0}, valence, energy, near)


def _use(words: str, styles: dict[str, float], valence: float | None = None, energy: float | None = None) -> Sense:
    return Sense(Kind.USE, words, styles, valence, energy)


def _mood(words: str, valence: float | None, energy: float | None, styles: dict[str, float] | None = None) -> Sense:
    return Sense(Kind.MOOD, words, styles or {}, valence, energy)


SENSES: tuple[Sense, ...] = (
    # genres
    _genre("pop,pop music,pop song,indie pop,k-pop,kpop,j-pop,jpop,c-pop,dance pop,流行,流行乐,流行音乐", "pop"),
    _genre("corporate,商务,商务风", "corporate"),
    _genre("lofi,lo-fi,lo fi,chillhop,study beats,低保真,慵懒节拍", "lofi"),
    _genre("ambient,drone music,soundscape,new age,环境音乐,氛围,氛围音乐,新世纪音乐", "ambient"),
    _genre(
        "epic,trailer music,epic orchestral,battle music,hybrid orchestral,史诗,史诗感,史诗级,战斗音乐",
        "epic",
        energy=0.9,
    ),
    _genre(
        "cinematic,film score,movie score,soundtrack,orchestral,orchestra,symphonic,电影感,电影配乐,配乐,管弦,管弦乐,交响",
        "cinematic",
    ),
    _genre("piano ballad,piano piece,钢琴曲", "piano"),
    _genre("folk,acoustic,indie folk,singer-songwriter,campfire,americana,民谣,原声", "folk"),
    _genre("country,bluegrass,celtic,irish,乡村,凯尔特", "folk", near=True),
    _genre(
        "house,edm,deep house,electro,electronic,electronica,dance music,club music,big room,浩室,电子,电子乐,电子音乐,舞曲,电音",
        "house",
    ),
    _genre("techno,trance,disco,nu disco,eurodance,迪斯科,科技舞曲", "house", near=True),
    _genre(
        "synthwave,retrowave,outrun,vaporwave,80s synth,synth pop,synthpop,new wave,合成器浪潮,蒸汽波,复古合成器",
        "synthwave",
    ),
    _genre("cyberpunk,赛博朋克", "synthwave", -0.3, 0.75),
    _genre("trap,drill,phonk,陷阱", "trap"),
    _genre("hip-hop,hip hop,hiphop,boom bap,boombap,rap,rap beat,嘻哈,说唱", "hiphop"),
    _genre("r&b,rnb,neo soul,节奏布鲁斯", "hiphop", 0.2, 0.35, near=True),
    _genre("funk,funky,groovy,groove,放克", "funk"),
    _genre("soul,motown,灵魂乐", "funk", near=True),
    _genre("jazz,jazzy,swing,bebop,smooth jazz,big band,爵士", "jazz"),
    _genre("blues,bluesy,布鲁斯,蓝调", "jazz", -0.2, 0.4, near=True),
    _genre("rock,indie rock,hard rock,punk,garage rock,alternative rock,rock and roll,rock n roll,摇滚", "rock"),
    _genre("metal,heavy metal,metalcore,hardcore,grunge,金属乐,重金属,金属", "rock", -0.5, 1.0, near=True),
    _genre(
        "chiptune,chip tune,8-bit,8 bit,8bit,16-bit,16 bit,retro game,video game music,nes,game boy,芯片音乐,像素,红白机",
        "chiptune",
    ),
    _genre("drum and bass,drum & bass,drum n bass,drum'n'bass,dnb,d&b,jungle,breakbeat,鼓打贝斯", "dnb"),
    _genre("dubstep,回响贝斯", "futurebass", -0.2, 1.0, near=True),
    _genre("future bass,melodic dubstep,kawaii bass,未来贝斯", "futurebass"),
    _genre("tropical,tropical house,calypso,dancehall,reggaeton,热带,雷鬼顿", "tropical"),
    _genre("afrobeat,afrobeats,amapiano,hawaiian,夏威夷", "tropical", near=True),
    _genre("whimsical,playful orchestra,quirky,cartoon,cartoonish,俏皮,诙谐,卡通,古灵精怪", "whimsical"),
    _genre(
        "tension,suspense,thriller,horror,creepy,spooky,halloween,scary,悬疑,恐怖,惊悚,紧张,万圣节", "tension", -0.8
    ),
    _genre("bossa,bossa nova,bossanova,samba,波萨诺瓦,桑巴", "bossa"),
    _genre("latin,salsa,tango,flamenco,mariachi,cumbia,拉丁,探戈,弗拉门戈,萨尔萨", "bossa", near=True),
    _genre("waltz,圆舞曲,华尔兹", "waltz"),
    _genre("classical,baroque,mozart,chamber music,古典,巴洛克,室内乐", "waltz"),
    _genre("opera,gospel,gregorian,歌剧,福音", "cinematic", near=True),
    _genre("reggae,ska,dub,雷鬼", "reggae"),
    _genre(
        "chinese traditional,traditional chinese,chinese style,chinese music,guofeng,guqin,guzheng,pipa,erhu,oriental,"
        "中国风,国风,古风,古筝,琵琶,二胡,古琴,民乐,国潮",
        "chinese",
    ),
    _genre("asian,japanese,japan,和风,日式,日本风", "chinese", near=True),
    # uses
    _use(
        "vlog,vlogs,vlogging,vlogger,daily life,day in my life,日常,生活记录",
        {"pop": 2.0, "lofi": 1.2, "tropical": 1.0},
        0.6,
        0.55,
    ),
    _use(
        "youtube,youtuber,youtubers,content creator,content creators,creator,creators,influencer,博主,自媒体,up主,视频博主",
        {"pop": 2.0, "corporate": 0.5},
        0.5,
        0.6,
    ),
    _use(
        "tiktok,tik tok,tiktoks,reels,reel,shorts,抖音,快手,短视频",
        {"pop": 1.5, "futurebass": 1.0, "house": 0.8},
        0.5,
        0.75,
    ),
    _use(
        "tutorial,tutorials,how-to,how to,explainer,lesson,course,unboxing,review,demo,教程,教学,讲解,课程,开箱,测评",
        {"corporate": 2.5, "lofi": 1.5},
        0.4,
        0.4,
    ),
    _use(
        "business,startup,company,product,presentation,pitch,advert,ad,ads,commercial,advertisement,promo,marketing,brand,"
        "technology,tech,saas,企业,公司,产品,广告,宣传片,宣传,科技,发布会,品牌,年会",
        {"corporate": 4.0},
        0.5,
        0.55,
    ),
    _use(
        "travel,trip,road trip,adventure,journey,drone footage,旅行,旅游,公路,冒险,航拍,旅拍",
        {"tropical": 1.5, "cinematic": 1.5, "folk": 1.2, "pop": 1.0},
        0.6,
        0.55,
    ),
    _use(
        "beach,summer,island,vacation,holiday trip,surf,pool party,夏天,夏日,海滩,沙滩,海边,度假",
        {"tropical": 4.0},
        0.7,
        0.6,
    ),
    _use(
        "wedding,bride,engagement,proposal,anniversary,婚礼,求婚,结婚,周年",
        {"piano": 2.0, "cinematic": 2.0, "waltz": 1.0},
        0.5,
        0.3,
    ),
    _use(
        "gaming,gameplay,gamer,esports,montage,twitch,highlight,highlights,游戏,电竞,集锦,高光",
        {"futurebass": 1.6, "dnb": 1.6, "trap": 1.4, "house": 1.2},
        0.1,
        0.9,
    ),
    _use(
        "podcast,intro music for podcast,interview,talk show,radio,播客,采访,访谈,电台",
        {"lofi": 2.0, "jazz": 1.4, "corporate": 1.4},
        0.3,
        0.35,
    ),
    _use(
        "meditation,meditate,meditative,yoga,spa,sleep,sleeping,mindfulness,massage,healing,冥想,瑜伽,睡眠,助眠,疗愈,水疗,禅",
        {"ambient": 5.0},
        0.2,
        0.05,
    ),
    _use(
        "study,studying,homework,focus,reading,work,coding,concentration,学习,专注,阅读,工作,写代码,自习",
        {"lofi": 3.5, "ambient": 1.0},
        0.1,
        0.25,
    ),
    _use(
        "workout,gym,fitness,training,running,exercise,sport,sports,crossfit,boxing,健身,跑步,运动,训练,体育,拳击",
        {"house": 2.2, "trap": 1.4, "rock": 1.6, "dnb": 1.4},
        0.2,
        0.95,
    ),
    _use(
        "cooking,recipe,recipes,food,kitchen,baking,restaurant,美食,烹饪,做饭,烘焙,菜谱,餐厅",
        {"bossa": 2.0, "jazz": 1.5, "funk": 1.2, "folk": 0.8},
        0.55,
        0.45,
    ),
    _use(
        "cafe,coffee,coffee shop,lounge,brunch,hotel,咖啡,咖啡馆,咖啡厅,酒廊,下午茶",
        {"bossa": 3.0, "jazz": 2.5, "lofi": 1.0},
        0.35,
        0.3,
    ),
    _use("cocktail,bar,late night,noir,酒吧,深夜", {"jazz": 2.5}, 0.0, 0.35),
    _use("fashion,runway,style video,makeup,beauty,时尚,走秀,美妆,穿搭", {"house": 2.2, "funk": 1.2}, 0.3, 0.7),
    _use(
        "party,club,dance,dancing,festival,rave,派对,聚会,跳舞,夜店,蹦迪,音乐节",
        {"house": 3.0, "funk": 1.0, "futurebass": 0.8},
        0.6,
        0.9,
    ),
    _use(
        "kids,children,baby,babies,toddler,pets,pet,puppy,cat,cats,dog,dogs,儿童,孩子,宝宝,萌宠,宠物,小狗,小猫,猫,狗",
        {"whimsical": 3.5, "folk": 1.0},
        0.7,
        0.5,
    ),
    _use("birthday,生日", {"pop": 2.0, "whimsical": 1.0, "funk": 0.6}, 0.9, 0.7),
    _use("christmas,xmas,winter holidays,圣诞,圣诞节", {"whimsical": 3.0, "waltz": 1.0}, 0.7, 0.45),
    _use("new year,spring festival,lunar new year,春节,新年,过年", {"chinese": 1.2, "pop": 1.2}, 0.9, 0.8),
    _use(
        "nature,documentary,landscape,forest,ocean,mountains,wildlife,mountain,自然,纪录片,风景,森林,大海,山川",
        {"cinematic": 2.2, "ambient": 1.5},
        0.3,
        0.3,
    ),
    _use("space,sci-fi,science fiction,galaxy,stars,宇宙,太空,科幻,星空", {"ambient": 1.8, "synthwave": 1.8}, 0.0, 0.4),
    _use(
        "history,war,battle,medieval,fantasy,dragon,hero,superhero,历史,战争,中世纪,奇幻,英雄", {"epic": 3.5}, 0.0, 0.85
    ),
    _use("trailer,teaser,预告,预告片", {"epic": 3.0}, -0.1, 0.85),
    _use(
        "real estate,house tour,home tour,architecture,interior,房产,样板间,建筑,家居",
        {"corporate": 2.0, "bossa": 1.2, "lofi": 1.0},
        0.4,
        0.35,
    ),
    _use(
        "cars,car,driving,drive,night drive,race,racing,汽车,开车,夜驾,赛车,飙车",
        {"synthwave": 2.4, "trap": 1.0, "rock": 1.0},
        0.0,
        0.75,
    ),
    _use("funeral,memorial,in memory,tribute,悼念,追悼,纪念", {"piano": 3.0, "cinematic": 1.0}, -0.7, 0.15),
    _use(
        "slideshow,photos,memories,family,graduation,相册,照片,回忆,家庭,毕业",
        {"piano": 1.2, "cinematic": 1.2, "folk": 1.4},
        0.5,
        0.35,
    ),
    _use("comedy,meme,prank,funny video,搞笑,喜剧,恶搞", {"whimsical": 3.0, "funk": 1.0}, 0.7, 0.6),
    _use(
        "crime,true crime,mystery,detective,investigation,犯罪,侦探,推理,谜案",
        {"tension": 3.0, "jazz": 0.5},
        -0.6,
        0.35,
    ),
    _use("news,broadcast,report,新闻,播报", {"corporate": 2.5, "tension": 0.5}, 0.1, 0.6),
    _use("charity,nonprofit,ngo,公益,慈善", {"cinematic": 2.0, "piano": 1.5}, 0.3, 0.35),
    # moods
    _mood(
        "upbeat,uplifting pop,bouncy,lively,欢快,轻快,明快",
        0.8,
        0.78,
        {"pop": 1.5, "funk": 0.5, "tropical": 0.3, "house": 0.2},
    ),
    _mood(
        "happy,cheerful,joyful,joy,glad,merry,sunny,bright,feel-good,feel good,开心,快乐,高兴,喜悦,愉快,阳光",
        0.9,
        0.62,
        {"pop": 0.8, "folk": 0.4},
    ),
    _mood(
        "energetic,energy,high-energy,dynamic,active,vibrant,活力,有活力,充满活力,动感,元气",
        0.45,
        0.9,
        {"pop": 0.6, "house": 0.5, "rock": 0.3},
    ),
    _mood(
        "exciting,excited,hype,hyped,pumped,thrilling,intense,激动,兴奋,热血,燃,炸裂,激烈",
        0.2,
        0.95,
        {"house": 0.5, "rock": 0.5, "epic": 0.4, "dnb": 0.4},
    ),
    _mood(
        "powerful,strong,massive,grand,majestic,triumphant,victory,heroic,恢弘,宏大,磅礴,大气,震撼,强大,胜利,壮丽",
        0.2,
        0.9,
        {"epic": 3.0},
    ),
    _mood("aggressive,angry,rage,brutal,愤怒,凶猛,暴躁", -0.6, 0.98, {"rock": 1.5, "trap": 1.0, "dnb": 0.8}),
    _mood(
        "motivational,motivating,inspiring,inspirational,uplifting,hopeful,optimistic,encouraging,励志,鼓舞,振奋,希望,积极,正能量,向上",
        0.6,
        0.55,
        {"corporate": 1.2, "cinematic": 1.4},
    ),
    _mood("emotional,touching,moving,heartfelt,感人,动人,煽情,深情", -0.1, 0.3, {"piano": 1.2, "cinematic": 1.2}),
    _mood(
        "sad,sadness,melancholy,melancholic,sorrow,gloomy,heartbreak,heartbroken,lonely,tearful,depressing,悲伤,伤感,忧伤,难过,忧郁,孤独,心碎,悲",
        -0.85,
        0.2,
        {"piano": 1.5},
    ),
    _mood(
        "nostalgic,nostalgia,bittersweet,wistful,longing,怀旧,怀念,思念,惆怅", -0.15, 0.3, {"piano": 0.8, "lofi": 0.8}
    ),
    _mood(
        "calm,peaceful,serene,quiet,tranquil,gentle,soft,soothing,mellow,平静,安静,宁静,舒缓,柔和,温柔,轻柔,安详,祥和",
        0.2,
        0.15,
        {"ambient": 0.8, "piano": 0.8},
    ),
    _mood(
        "relaxing,relaxed,relax,chill,chilled,chillout,laid-back,laid back,easygoing,放松,轻松,悠闲,惬意,慵懒,休闲",
        0.3,
        0.28,
        {"lofi": 1.2, "ambient": 0.4, "bossa": 0.4},
    ),
    _mood(
        "dreamy,ethereal,floating,atmospheric,magical,mystical,dream,梦幻,空灵,飘渺,神秘感,魔幻,唯美",
        0.2,
        0.2,
        {"ambient": 1.4, "cinematic": 0.4},
    ),
    _mood(
        "romantic,love,tender,intimate,sensual,浪漫,爱情,甜蜜,温情",
        0.35,
        0.25,
        {"piano": 1.2, "waltz": 1.0, "bossa": 0.4},
    ),
    _mood("warm,cozy,cosy,homely,温暖,温馨,治愈", 0.5, 0.3, {"folk": 1.0, "lofi": 0.6, "piano": 0.4}),
    _mood(
        "dark,sinister,evil,menacing,ominous,brooding,黑暗,阴暗,阴森,压抑,邪恶,阴沉",
        -0.8,
        0.45,
        {"tension": 1.6, "trap": 0.3},
    ),
    _mood("mysterious,mystic,eerie,enigmatic,神秘,诡异", -0.5, 0.3, {"tension": 1.2, "ambient": 0.3}),
    _mood("suspenseful,tense,nervous,urgent,紧迫,急迫,不安", -0.6, 0.55, {"tension": 2.0}),
    _mood("dramatic,drama,戏剧性,戏剧", -0.2, 0.7, {"epic": 1.2, "cinematic": 0.8}),
    _mood(
        "fun,playful,cute,silly,light-hearted,lighthearted,funny,bubbly,有趣,可爱,好玩,活泼,调皮",
        0.8,
        0.6,
        {"whimsical": 1.2, "pop": 0.6},
    ),
    _mood(
        "cool,swag,confident,badass,stylish,urban,street,酷,帅,自信,街头,都市",
        0.1,
        0.65,
        {"hiphop": 1.0, "funk": 0.8, "trap": 0.6},
    ),
    _mood(
        "elegant,classy,luxury,luxurious,sophisticated,优雅,高级,奢华,高端",
        0.3,
        0.35,
        {"jazz": 0.6, "house": 0.3, "waltz": 0.5, "bossa": 0.4},
    ),
    _mood("retro,vintage,80s,old school,oldschool,复古,怀旧电子", 0.1, 0.6, {"synthwave": 1.5, "funk": 0.4}),
    _mood(
        "futuristic,future,modern,neon,未来,未来感,现代,霓虹",
        0.1,
        0.6,
        {"synthwave": 1.0, "futurebass": 0.6, "house": 0.3},
    ),
    _mood(
        "minimal,minimalist,simple,clean,subtle,简约,简单,极简",
        0.3,
        0.25,
        {"corporate": 0.6, "ambient": 0.4, "piano": 0.4},
    ),
    _mood("fresh,refreshing,spring,清新,清爽,春天", 0.6, 0.5, {"folk": 0.8, "pop": 0.4, "tropical": 0.3}),
    _mood("rainy,rain,autumn,fall,雨天,下雨,雨,秋天", -0.15, 0.2, {"lofi": 1.0, "piano": 0.6}),
    _mood("night,midnight,moonlight,夜晚,夜,月光", -0.05, 0.3, {"lofi": 0.6, "jazz": 0.3, "synthwave": 0.3}),
    _mood(
        "morning,sunrise,sunset,golden hour,清晨,日出,日落,黄昏,早晨",
        0.4,
        0.3,
        {"folk": 0.6, "cinematic": 0.5, "ambient": 0.4},
    ),
    _mood("background,bgm,background music,背景,背景音乐", None, None),
)
"""Every word that the composer understands; the longest match wins."""

_INDEX: dict[str, Sense] = {word: sense for sense in reversed(SENSES) for word in sense.words.split(",")}


def pattern_of(words: list[str]) -> str:
    """Return a regular expression for words: whole ones in Latin letters, anywhere in Chinese; the longest first."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(
        rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word) for word in ordered
    )


_WORDS = re.compile(pattern_of(list(_INDEX)))


@dataclass(frozen=True, slots=True)
class Found:
    """A word that was recognised at `start`..`end` of the text."""

    sense: Sense
    start: int
    end: int


def find(text: str) -> tuple[Found, ...]:
    """Return the known words of a lower-case text, in order, without overlaps."""
    return tuple(Found(_INDEX[match[0]], match.start(), match.end()) for match in _WORDS.finditer(text))

"""What names are made of: surnames, signs of given names, and words that look like names and are none."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

COMPOUND = (
    "欧阳|上官|诸葛|司马|司徒|慕容|皇甫|令狐|尉迟|夏侯|端木|公孙|轩辕|长孙|宇文|独孤|南宫|东方|西门|申屠|澹台|闻人|濮阳"
)
COMPOUNDS = re.compile(COMPOUND)
# A sign that is a word of its own besides (向, 高, 和) is a surname only where more speaks for it.
PLAIN = (
    "王李张刘陈杨赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋杜叶魏薛吕丁沈姜崔钟谭陆汪范廖贾"
    "夏韦邹孟熊秦邱尹阎闫段雷侯陶黎贺顾郝龚邵覃戴莫汤施牛樊葛邢齐乔庞颜聂章鲁岳翟殷詹申欧耿焦俞左柳祝宁尚舒阮"
    "柯纪梅凌毕裴霍涂曲翁冉骆蓝辛靳柴蒙鲍喻祁卢姚余苏程傅卞邬栾甄褚卫沙芦倪缪仇卓窦饶虞宓佘張劉陳楊趙吳孫鄭謝"
    "許韓馮鄧羅葉蔣蘇呂龔譚陸範賈鄒閆賀顧黃馬鐘盧歐駱蘭齊龐顏聶祿魯"
)
WEAK = (
    "盛钱錢苗黄马高于潘任金石付方白江史龙毛万严武孔向康文温安易庄关包符成单谷游路华管尤常时桑古戚明计米水连支"
    "元乐车和项全丛党习艾冷辜巫瞿池阴"
)
SURNAMES = PLAIN + WEAK
# No surname begins 对老师, 找老师; these begin something else before a title as well.
NO_TITLE = "盛向和于任连关成常安管时单明全支计文史乐车习元水"

GIVEN = (
    "一丁万三丹丽义乐乔云亚亦亮仁仪伊伟伦佐佑佩佳俊保信修健偲傲元兆先光克兰兴典军冉冠冬冰凌凤凡凯凱刚利剑力功"
    "勇勋勤可千华卉卓博卫卿厚友双叶君启吉名向吟呈咏哲唯啸善喆嘉园国圆圣坚坤城培堂增复夏多天奇奕妍妙妤妮妹姗姝"
    "娇娅娜娟娣娥婉婕婧婷媛嫣子孜存孝季学宁宇安宏宛宜宝宣容宸宾寒寿尊小少尧山岚岩岳峥峰峻崇川巍州巧帅帆希帛平"
    "年康庆庭廷建弘强彤彦彩彬影彭征德心志忠念怀思怡恒恩恬恺悟悠悦惜惠惟意慈慧懿成扬承抒拓振捷政敏敬文斌新方旋"
    "旭旺昀昂昆昊昌明昕星春昭晋晏晓晗晟晨景晰晴智晶暄暖曦月朋朔望朗木本杉杏杨杭杰松林果枝枫柏柔柯柳柠树栋桂桃"
    "桐桦桢梁梅梓梦梨棋森楚楠楷榕樱欢欣歆正武毅民永汉汐江池沁沐沛沙河泉泊波泓泽洁洋洛洪津洲活浩海涛涵润淇淑淮"
    "深淳清渊渝渲湘源溪滢滨漫潇澄澜濡瀚灵炎炜炫炳烁烨焕煜煦然熙燕爱爽牧玉玟玥玮环玲珂珊珍珏珠珩珮琛琦琪琬琰琳"
    "琴琼瑄瑜瑞瑗瑛瑶瑾璇璐璞璟瓒生甜田男畅略皓盈真睿知石硕碧磊礼祎祖祥祺禄福禧禹秀秋秦程穆立竞竣竹笑笛筠筱简"
    "米粒糖素紫红纬纯纳纹绍经绮维绿缘缦罡群羽翊翎翔翠翰耀耘聪能胜良艳艺艾芃芊芝芦芩芬芮芯花芳芷芸苇苏苑若英茂"
    "茉茗茜茵茹荃荔荣荷莉莎莞莲莹菁菊菡菲萌萍萱落葵蒙蓉蓓蓝蔓蔚蕊蕙蕾薇藜虎蝶衡裕襄言誉诗诚诺语豪贝贞贤贵赋赞"
    "超越轩辉辰达迅远迪逍通逸道遥邦郁郡采金钊钢钧钰铃铎铭锋锐锦镇长闯阔阳隽雁雄雅雨雪雯霁霄震霆霏霓霖霜霞露青"
    "靖静非韬韵音韻顺颂颖颜风飏飘飞馥馨驰驹骁骅骏高魁鸣鸥鸿鹏鹤鹭麒麟黎黛龙偉強國麗靜豔軍華傑輝鵬飛濤墨熠允尔"
    "霈泠笙朵苒屿曜珵棠栀锡谦谨诣铠锴靓燊淼垚焱赫璋仕仲儒倩娴嫚香姬融毓纨璧姣才富泰腾策彪亨致士世广家伯韦甫耿"
    "斐玺煊澈汶濛汝菱苓蔷薏萃琉璎珞珺珈玖枢桉栩栎楹榆槿樾橦桓沅泱淞渤溢灏熹熵烽焓炘奚妘姵媞嬿孟宥嵘帷幸弈彧忻"
    "恂悝愉憬懋戎擎攸旖旸昱昶晁晖暘杞绪缇羿翀翌翾聿肃舜荞莘菀葳蕴虹诩谊豫贇赟轶迩郅郎酉钦铄铮闵阅陈飒骥骞鲲鸾"
    "美莺婵育霭凝舒发橙玫玛财仙招东航潼屹根喜火弟固行"
)
PET = (
    "欣怡豆萌乐晨萱琪甜朵果糖圆团贝莹婷丽佳笑兜妞壮可心安康宁月星辰阳牛虎龙凡琳娜媛苗晶玲玥瑶瑞轩涵浩然晓雯西"
    "希熙米沫诺奇琦墩柚橙桃芊菲雅诗彤童悠优跃锐航帆博宇丫蛋苹露雪冰阿"
)

# Read in real questions: they look like names and are none.
NONE = re.compile("冷冰冰|包青天|钱花光|唐宝宝|江南春|金凯瑞|高三文|高一文|高二文|安一生|成一生")


@lru_cache(maxsize=4096)
def is_word(text: str) -> bool:
    """Whether a dictionary of common words has it; whole names of people in it do not count."""
    if not rjieba.has_word(text):
        return False
    return len(text) != 3 or text[0] not in SURNAMES or kind(text) != "nr"


@lru_cache(maxsize=4096)
def kind(word: str) -> str:
    """Give what kind of word it is, as the dictionary has it: n, v, nr; empty where it is none."""
    found = rjieba.tag(word)
    return str(found[0][1]) if len(found) == 1 else ""


def ends_of(text: str) -> dict[int, int]:
    """Give for each place at which a word of the text begins where it ends."""
    found, at = {}, 0
    for word in rjieba.cut(text):
        found[at] = at + len(word)
        at += len(word)
    return found


def tagged(text: str) -> list[tuple[str, str]]:
    """Give the words of a text with what kind of word each is; together they are the text."""
    return list(rjieba.tag(text))

"""The vocabulary of made-up names: believable, and of no real person or organisation."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方"
    "邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱严武仇单翟"
)
GIVEN = (
    "建国志强文明海燕秀英桂芳美华丽萍玉兰淑珍敏静霞艳娟红梅春兰国庆永康德明立新伟平俊杰晓东雪梅佩芬雅琴惠珍月娥金凤根宝福生阿毛荣昌维民家骏思"
    "远子涵欣怡梓萱浩然宇轩嘉琪佳宁一鸣晨曦"
)
BRANDS_FIRST = "春夏晨晴和悦乐安康福宁益善爱暖馨心益邻睦友亲贤慧智明新同众凝聚翠青绿蓝紫红金银虹霞云星月阳光"
BRANDS_LAST = "晖韵苑芳风语缘心助行盟享汇桥航帆光益家园里舍田禾苗枫桐兰荷竹松泉溪"

# category, activity (also 活动内容), field
TEAM_TOPICS = [
    ("culture", "舞蹈", "civility"), ("culture", "合唱", "civility"), ("culture", "太极拳", "civility"),
    ("culture", "书法", "civility"), ("culture", "摄影", "civility"), ("culture", "沪剧", "civility"),
    ("culture", "时装表演", "civility"), ("culture", "乒乓球", "civility"), ("culture", "民乐", "civility"),
    ("culture", "健身操", "civility"), ("culture", "棋牌", "civility"), ("culture", "编结", "civility"),
    ("culture", "朗诵", "civility"), ("culture", "国画", "civility"), ("culture", "门球", "civility"),
    ("culture", "读书", "civility"), ("culture", "剪纸", "civility"), ("culture", "葫芦丝", "civility"),
    ("charity", "爱心助老", "supply"), ("charity", "爱心义卖", "supply"), ("charity", "扶残助残", "supply"),
    ("charity", "护学志愿", "safety"), ("charity", "敬老理发", "supply"), ("charity", "旧衣新生", "supply"),
    ("living", "便民维修", "supply"), ("living", "为老助餐", "supply"), ("living", "烘焙", "supply"),
    ("living", "亲子托育", "supply"), ("living", "健康管理", "supply"), ("living", "智能手机互助", "supply"),
    ("affairs", "垃圾分类", "management"), ("affairs", "楼道自治", "governance"), ("affairs", "平安巡逻", "safety"),
    ("affairs", "邻里调解", "governance"), ("affairs", "文明养宠", "management"), ("affairs", "社区花园", "management"),
    ("affairs", "消防宣传", "safety"), ("affairs", "议事协商", "governance"), ("affairs", "车棚管理", "management"),
]  # fmt: skip
TEAM_ENDINGS = {
    "culture": ["队", "社", "沙龙", "俱乐部", "团队"],
    "charity": ["志愿服务队", "服务队", "爱心社", "志愿者之家"],
    "living": ["服务队", "俱乐部", "互助社", "之家"],
    "affairs": ["志愿队", "服务队", "议事会", "自治会"],
}
BODY_TOPICS = [
    ("living", "为老服务", "supply"), ("living", "社区托育服务", "supply"), ("living", "居家康复服务", "supply"),
    ("living", "心理健康服务", "supply"), ("living", "家政便民服务", "supply"), ("living", "青少年成长服务", "supply"),
    ("charity", "公益发展", "supply"), ("charity", "助残服务", "supply"), ("charity", "志愿服务", "civility"),
    ("charity", "社区关爱", "supply"), ("affairs", "社区法律服务", "governance"), ("affairs", "社区治理服务", "governance"),
    ("affairs", "物业矛盾调处", "governance"), ("affairs", "社区安全服务", "safety"), ("affairs", "垃圾分类促进", "management"),
    ("affairs", "社区营造", "management"), ("culture", "文化艺术交流", "civility"), ("culture", "全民健身", "civility"),
    ("culture", "戏曲艺术", "civility"), ("culture", "阅读推广", "civility"),
]  # fmt: skip
BODY_ENDINGS = {
    "service_agency": ["中心", "服务社", "促进中心", "工作室"],
    "association": ["协会", "促进会", "联合会"],
    "foundation": ["基金会"],
}
AUTHORITY = "上海市长宁区民政局"
SUPERVISORS = [
    "长宁区民政局",
    "长宁区卫生健康委员会",
    "长宁区文化和旅游局",
    "长宁区教育局",
    "长宁区体育局",
    "长宁区司法局",
]
ROADS = [
    "愚园路",
    "仙霞路",
    "茅台路",
    "天山路",
    "延安西路",
    "长宁路",
    "虹桥路",
    "北新泾路",
    "新华路",
    "江苏路",
    "古北路",
]
VENUES = [
    "社区文化活动中心",
    "睦邻中心",
    "居委会活动室",
    "小区中心花园",
    "党群服务站",
    "社区广场",
    "老年活动室",
    "邻里汇",
]
TIMES = ["每周一、四", "每周二上午", "每周三下午", "每周五晚", "每周六上午", "工作日上午"]
FREQUENCIES = ["每周一次", "每周两次", "每月一次", "每月两次", "不定期"]
EVENTS = ["周例会", "骨干培训", "节庆联欢", "健康讲座", "邻里分享会", "主题展示", "公益伙伴月活动", "上门慰问", "社区汇演", "技能交流",
          "志愿服务日", "居民议事会", "季度总结会", "开放日"]  # fmt: skip
REMARKS = [
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "场地已签三年使用协议",
    "计划明年申请注册登记",
    "负责人年内换届",
    "市级品牌项目参与单位",
]
REASONS = {
    "status": {
        "rectifying": "抽查发现台账不全，限期整改",
        "normal": "整改完成，恢复正常",
        "stopped": "负责人搬离，成员自行停止活动",
        "cancelled": "按程序办理注销",
        "revoked": "连续两年未参加年检，依法撤销登记",
    },
    "edit": ["年度复核更新", "换届后更新负责人", "联系电话变更", "活动地点调整", "按居委核实的情况修改"],
}

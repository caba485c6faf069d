"""The words of faults of bundles. See `yitihua.messages`."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str, str]

#: Code -> (problem, allowed, mend) in Chinese and in English.
BUNDLE: Final[dict[str, tuple[Words, Words]]] = {
    "not-a-bundle": (
        ("不是复算包：{reason}", "由yitihua bundle写出的文件", "请检查文件，或向发布单位重新索取"),
        ("not a bundle: {reason}", "a file written by yitihua bundle", "Check the file, or ask its publisher for it again"),
    ),
    "bundle-unsafe": (
        ("未读取即拒绝：{reason}", "由yitihua bundle写出的文件，其内容不压缩、不加密，文件名固定", "请勿用其他工具解开此文件；请向发布单位重新索取"),
        ("refused unread: {reason}", "a file written by yitihua bundle, which compresses and encrypts nothing and uses its own names", "Do not unpack it with another tool; ask its publisher for it again"),
    ),
    "bundle-large": (
        ("过大：{found}", "不超过{limit}", "请检查文件来源"),
        ("too large: {found}", "at most {limit}", "Check where the file comes from"),
    ),
    "bundle-changed": (
        ("写出后有字节被改动：{what}", "与写出时逐字节相同", "请向发布单位重新索取；若由其他压缩工具重新打包过，请用原文件"),
        ("bytes were changed after it was written: {what}", "the bytes as they were written", "Ask its publisher for it again; take the original where a tool has packed it anew"),
    ),
    "bundle-files": (
        ("“{name}”与manifest.json所列文件不符", "manifest.json所列的文件，不多不少", "请向发布单位重新索取"),
        ("'{name}' stands in the archive alone or in manifest.json alone", "the files that manifest.json lists, no more and no fewer", "Ask its publisher for it again"),
    ),
    "bundle-hash": (
        ("“{name}”的sha256或大小与manifest.json不符", "{options}", "请向发布单位重新索取"),
        ("the sha256 or size of '{name}' is not that in manifest.json", "{options}", "Ask its publisher for it again"),
    ),
    "bundle-small-cells": (
        ("{found}个估计值的答卷数会使不足{minimum}份的单元格公开：{name}", "答卷不少于{minimum}份，且不能由合计推算", "请用yitihua survey estimate重新估计，它会隐去过小的单元格；或将其置空"),
        ("{found} estimates show fewer than {minimum} respondents, or give them away by a total: {name}", "cells of at least {minimum} respondents that no total gives away", "Estimate anew with yitihua survey estimate, which hides what is too small; or leave them empty"),
    ),
    "bundle-own-code": (
        ("方法引用了自编函数，复算包不含也不运行代码", "内置方法；所用函数：{options}", "请改用内置方法"),
        ("the recipe names functions of somebody's own; a bundle holds no code and runs none", "built-in methods; named: {options}", "Use built-in methods"),
    ),
    "bundle-stopped": (
        ("复算未完成：{reason}", "可在限定时间和内存内完成的复算", "请检查文件来源；大文件请换内存更大的计算机"),
        ("the computation did not end: {reason}", "what can be computed within the limits of time and memory", "Check where the file comes from; take a larger machine for a large one"),
    ),
    "bundle-unverified": (
        ("写出的内容未能复算出相同结果：{options}", "能逐字节复算的结果", "请用当前版本重新计分后再打包"),
        ("what would be written does not come out again: {options}", "results that come out again to the last byte", "Score again with this version, then bundle"),
    ),
    "bundle-no-tool": (
        ("签名需要ssh-keygen，未找到", "OpenSSH 8.1或更高版本的ssh-keygen", "请安装OpenSSH，或不加签名选项"),
        ("signatures need ssh-keygen, which is not there", "ssh-keygen of OpenSSH 8.1 or newer", "Install OpenSSH, or leave the option out"),
    ),
    "bundle-signature": (
        ("签名未成功或无效：{found}", "由所列签名人对该文件所作的签名", "请核对密钥、签名文件和签名人名单"),
        ("not signed, or the signature does not hold: {found}", "a signature of this very file by one of the signers", "Check the key, the signature and the list of signers"),
    ),
}  # fmt: skip

BUNDLE_PHRASES: Final[dict[str, str]] = {
    "it is no ZIP archive": "不是ZIP文件",
    "it is not there": "缺少该文件",
    "the archive's own directory": "压缩包目录",
    "there are bytes before or behind the archive": "压缩包前后有多余字节",
    "it is in the ZIP64 format": "采用了ZIP64格式",
    "it is encrypted": "内容已加密",
    "it is compressed": "内容经过压缩",
    "its size is not the size that is stated": "所称大小与实际不符",
    "it is no plain file: a link, a folder or one with other rights": "不是普通文件（链接、文件夹或权限不同）",
    "there are two files of this name": "文件名重复",
    "a bundle holds no file of this name": "复算包中不应有此文件名",
    "its files do not fit together: {}": "各文件内容不能相互对应：{}",
    "it took more than {} seconds": "用时超过{}秒",
    "the process ended with code {}": "进程异常结束，代码{}",
}

"""Stands in for the ``dm`` package of APS, which can't be had outside of it: the few of its calls that apstools makes, over DM's REST
protocol, to whatever the variables of ``dm.setup.sh`` name. The server behind is dm-ioc's served engine, so what apstools does here
is real, and only this client is not the original.
"""

import base64
import json
import os
import urllib.parse
import urllib.request


class DmException(Exception):
    pass


class ObjectNotFound(DmException):
    pass


class InvalidArgument(DmException):
    pass


class DmObject(dict):
    def getDictRep(self, keyList="ALL"):
        return dict(self)

    def getWorkflowStage(self, stage):
        return self["workflow"]["stages"][stage]


def encoded(text):
    inner = base64.encodebytes(text.encode())
    return urllib.parse.quote(repr(base64.b64encode(inner)), safe="")


class Api:
    """One session of one service."""

    def __init__(self, service):
        self._url = os.environ[f"DM_{service}_WEB_SERVICE_URL"] + "/dm"
        with open(os.environ["DM_LOGIN_FILE"]) as file:
            self.username, password = file.read().strip().split("|", 1)
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        form = urllib.parse.urlencode(
            {"username": self.username, "password": password}
        ).encode()
        self._opener.open(f"{self._url}/login", form).close()

    def call(self, method, path, **query):
        """Values of a query are JSON, encoded."""
        pairs = (f"{name}={encoded(json.dumps(query[name]))}" for name in query)
        url = f"{self._url}{path}?{'&'.join(pairs)}"
        request = urllib.request.Request(url, method=method)
        with self._opener.open(request) as reply:
            answer = json.load(reply)
            code = reply.headers["Dm-Status-Code"]
        if code not in (None, "0"):
            kinds = {"ObjectNotFound": ObjectNotFound}
            kind = kinds.get(answer["exceptionType"], InvalidArgument)
            raise kind(answer["errorMessage"])
        if isinstance(answer, list):
            return [DmObject(one) for one in answer]
        return DmObject(answer)


class ProcApi(Api):
    def startProcessingJob(self, workflowOwner, workflowName, argsDict):
        path = f"/processingJobsByWorkflow/{workflowOwner}/{encoded(workflowName)}"
        return self.call("POST", f"{path}/startProcessingJob", argsDict=argsDict)

    def getProcessingJobById(self, owner, id):
        return self.call("GET", f"/processingJobsByOwner/{owner}/{id}")

    def stopProcessingJob(self, owner, id):
        path = f"/processingJobsByOwner/{owner}/{id}/stopProcessingJob"
        return self.call("POST", path)


class DaqApi(Api):
    def _transfer(self, experiment, verb, directory, **query):
        path = f"/experimentsByName/{encoded(experiment)}/{verb}/{encoded(directory)}"
        return self.call("POST", path, **query)

    def startDaq(self, experimentName, dataDirectory, daqInfo):
        return self._transfer(
            experimentName, "startDaq", dataDirectory, taskInfo=daqInfo
        )

    def stopDaq(self, experimentName, dataDirectory):
        return self._transfer(experimentName, "stopDaq", dataDirectory)

    def upload(self, experimentName, dataDirectory, daqInfo):
        return self._transfer(experimentName, "upload", dataDirectory, taskInfo=daqInfo)

    def listDaqs(self):
        return self.call("GET", "/daqsByStatus/any")

    def getUploadInfo(self, id):
        return self.call("GET", f"/uploads/{id}")


class CatApi(Api):
    def getExperimentFile(self, experimentName, path):
        files = f"/experimentFiles/{encoded(experimentName)}/{encoded(path)}"
        return self.call("GET", files)

    def addExperimentDataset(self, datasetInfo):
        return self.call("POST", "/experimentDatasets", datasetInfo=datasetInfo)


class ProcApiFactory:
    @staticmethod
    def getWorkflowProcApi():
        return ProcApi("PROC")


class DaqApiFactory:
    @staticmethod
    def getExperimentDaqApi():
        return DaqApi("DAQ")


class CatApiFactory:
    @staticmethod
    def getFileCatApi():
        return CatApi("CAT")

    @staticmethod
    def getDatasetCatApi():
        return CatApi("CAT")
